import Foundation
import GeocOps
import GeocSpec

/// What `geoc init` writes: a spec that trains as it is, its data, and what a repository of specs wants around it.
struct Starter {
  /// Name of the model and of its spec.
  let name: String

  /// Paths in the new folder, and their contents.
  var files: [(path: String, content: Data)] {
    let texts = [
      ("\(name).yaml", spec), (".geoc/spec.schema.json", SchemaWriter.schema(Catalogue.registry)),
      ("data/README.md", Self.provenance), (".gitignore", Self.gitignore), (".geocignore", Self.geocignore),
      (".pre-commit-config.yaml", Self.preCommit), (".github/workflows/specs.yml", github), (".gitlab-ci.yml", gitlab),
    ]
    let digits = Data(base64Encoded: StarterData.digits, options: .ignoreUnknownCharacters) ?? Data()
    return texts.map { (path: $0.0, content: Data($0.1.utf8)) } + [(path: "data/digits.npz", content: digits)]
  }

  /// A network from images to points of a ball; every line can be changed.
  var spec: String {
    """
    # yaml-language-server: $schema=.geoc/spec.schema.json
    geoc: 1
    model: \(name)
    description: Handwritten digits as points of the Poincaré ball.

    inputs:
      image: R[8, 8]                         # grey values from 0 to 16
      digit: Label(10)

    graph:
      - cast: { scale: 0.0625 }              # to 0..1
      - flatten                              # R[64]
      - linear: { out: 32 }
      - relu
      - linear: { out: 16 }
      - expmap0: { c: 1.0 }                  # R[16] -> Ball(16, c=1)
      - poincare_linear: { out: 8 }          # Ball(8, c=1)
      - hyperplane_distance: { out: 10 }     # back to numbers: R[10]
        as: logits

    loss:
      cross_entropy: { logits: logits, target: digit }
    metrics: [accuracy]

    claims: { max_parameters: 5 k, max_memory: 64 MB }    # geoc check fails where they do not hold

    data:
      file: data/digits.npz
      bind: { image: images, digit: label }
      split: { test: 0.25, seed: 0, stratify: label }

    train:
      optimizer: { radam: { lr: 1.0e-2 } }
      epochs: 20
      batch: 32
      seed: 0

    """
  }

  private static let provenance = """
    # Data

    `digits.npz`: `images` (600 × 8 × 8, grey values from 0 to 16) and `label` (0 to 9), the first 600 samples of *Optical
    Recognition of Handwritten Digits*, UCI Machine Learning Repository, as packaged in scikit-learn. CC BY 4.0.

    """

  private static let gitignore = """
    runs/
    *.geoplan

    """

  private static let geocignore = """
    # Specs that `geoc check .` leaves out, one pattern per line as in a .gitignore.
    drafts/
    # Where CI builds geoc.
    geoc-source/

    """

  private static let preCommit = """
    # pre-commit install; geoc is on the PATH.
    repos:
      - repo: local
        hooks:
          - id: geoc-check
            name: geoc check
            entry: geoc check .
            language: system
            types: [yaml]
            pass_filenames: false

    """

  /// What the program is built with, for Debian.
  private static let libraries =
    "apt-get update -qq && apt-get install -y -qq git libopenblas-dev liblapacke-dev libyaml-dev zlib1g-dev libsvm-dev "
    + "liblbfgs-dev rapidjson-dev"

  /// How a CI machine gets the program, in both workflows.
  private static let build = [
    #"git clone --depth 1 "$GEOC_REPOSITORY" geoc-source"#,
    "swift build --package-path geoc-source -c release --product geoc",
    "mkdir -p bin && cp geoc-source/.build/release/geoc bin/",
  ]

  private var github: String {
    let build = Self.build.map { "          \($0)\n" }.joined()
    return """
      # Checks every spec, shows problems at their lines, and says on a pull request what changed in meaning.
      # Set the repository variable GEOC_REPOSITORY to the address that geoc is cloned from. What is built stays in the cache:
      # clear it for a newer geoc.
      name: specs
      on:
        push:
        pull_request:
      permissions:
        contents: read
        security-events: write
      jobs:
        check:
          runs-on: ubuntu-latest
          container: swift:6.3-bookworm
          env:
            GEOC_REPOSITORY: ${{ vars.GEOC_REPOSITORY }}
          steps:
            - uses: actions/checkout@v4
              with: { fetch-depth: 0 }
            - uses: actions/cache@v4
              id: geoc
              with: { path: bin, key: "geoc-${{ runner.os }}-${{ vars.GEOC_REPOSITORY }}" }
            - name: Libraries of geoc
              run: \(Self.libraries)
            - name: Build geoc
              if: steps.geoc.outputs.cache-hit != 'true'
              run: |
      \(build)      - name: Check
              run: bin/geoc check . --format github --deny warnings
            - name: Report for code scanning
              if: always()
              run: bin/geoc check . --format sarif > geoc.sarif || true
            - uses: github/codeql-action/upload-sarif@v3
              if: always()
              # Repositories without code scanning refuse it.
              continue-on-error: true
              with: { sarif_file: geoc.sarif }
            - name: What changed
              if: github.event_name == 'pull_request'
              run: |
                git config --global --add safe.directory "$PWD"
                git -c core.quotePath=false diff --name-only --diff-filter=M "origin/$GITHUB_BASE_REF" -- '*.yaml' '*.yml' |
                while IFS= read -r spec; do
                  grep -q '^geoc:' "$spec" || continue
                  git show "origin/$GITHUB_BASE_REF:$spec" > "$spec.old.yaml"
                  bin/geoc graph --diff "$spec.old.yaml" "$spec" --format markdown >> "$GITHUB_STEP_SUMMARY" || true
                  rm "$spec.old.yaml"
                done

      """
  }

  private var gitlab: String {
    let build = Self.build.joined(separator: " && ")
    return """
      # Checks every spec. Set the CI/CD variable GEOC_REPOSITORY to the address that geoc is cloned from. What is built stays
      # in the cache: clear it for a newer geoc.
      specs:
        image: swift:6.3-bookworm
        cache: { key: geoc, paths: [bin] }
        script:
          - '\(Self.libraries)'
          - 'test -x bin/geoc || { \(build); }'
          - 'bin/geoc check . --format sarif > geoc.sarif || true'
          - 'bin/geoc check . --deny warnings'
        artifacts:
          when: always
          paths: [geoc.sarif]

      """
  }

  /// Writes everything into the new folder `path`, in one piece: the folder appears complete or not at all. Throws what
  /// the file system says.
  func write(to path: String) throws {
    let manager = FileManager.default
    let target = URL(fileURLWithPath: path)
    let draft = target.deletingLastPathComponent().appendingPathComponent(".\(name).\(UUID().uuidString)")
    do {
      for (file, content) in files {
        let place = draft.appendingPathComponent(file)
        try manager.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        try content.write(to: place)
      }
      try manager.moveItem(at: draft, to: target)
    } catch {
      try? manager.removeItem(at: draft)
      throw error
    }
  }
}

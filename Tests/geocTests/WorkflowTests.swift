import Foundation
import GeocDiagnostics
import GeocYAML
import Testing

@testable import geoc

/// The lines that `geoc init` writes for CI machines, run as those machines run them, with stand-ins for what would install
/// and build.
@Suite struct WorkflowTests {
  /// A new folder with the starter, a repository on the branch `main`, and programs in `tools` in front of the path.
  private struct Machine {
    let work: RunWorkspace
    var root: String { work.path("demo") }

    init() throws {
      work = try RunWorkspace.empty()
      try work.run("init", "demo")
      try FileManager.default.createDirectory(atPath: work.path("tools"), withIntermediateDirectories: true)
      try tool("apt-get", "exit 0")
      // What is cloned holds a spec with an error, which is not a spec of this repository.
      try tool(
        "swift",
        """
        mkdir -p geoc-source/.build/release && cp '\(RunWorkspace.program)' geoc-source/.build/release/
        printf 'geoc: 1\\nmodel: broken\\n' > geoc-source/broken.yaml
        """)
      let git = try shell(
        """
        git init -q --bare -b main ../geoc-remote; git init -q -b main .
        git config user.email tests@example.org; git config user.name tests
        git add -A; git commit -qm start; git clone -q --bare . ../origin; git remote add origin ../origin; git fetch -q
        """)
      try #require(git.status == 0, "\(git.errors)")
    }

    func tool(_ name: String, _ script: String) throws {
      try work.write("tools/\(name)", text: "#!/bin/sh\n\(script)\n")
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: work.path("tools/\(name)"))
    }

    /// Runs lines in the repository, until one fails.
    func shell(_ lines: String, _ environment: [String: String] = [:]) throws -> RunWorkspace.Ended {
      let process = Process()
      process.currentDirectoryURL = URL(fileURLWithPath: root)
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-e", "-c", lines]
      var all = ProcessInfo.processInfo.environment.merging(environment) { $1 }
      all["PATH"] = work.path("tools") + ":" + (all["PATH"] ?? "")
      all["HOME"] = work.folder
      all["GEOC_REPOSITORY"] = work.path("geoc-remote")
      process.environment = all
      let (output, errors) = (work.path("stdout"), work.path("stderr"))
      for file in [output, errors] { try Data().write(to: URL(fileURLWithPath: file)) }
      process.standardOutput = FileHandle(forWritingAtPath: output)
      process.standardError = FileHandle(forWritingAtPath: errors)
      try process.run()
      process.waitUntilExit()
      return RunWorkspace.Ended(
        status: process.terminationStatus, output: try String(contentsOfFile: output, encoding: .utf8),
        errors: try String(contentsOfFile: errors, encoding: .utf8))
    }

    func yaml(_ file: String) throws -> Any {
      var sink = DiagnosticSink()
      let text = try String(contentsOfFile: file, encoding: .utf8)
      return try #require(YAMLParser.parse(SourceFile(name: file, text: text), into: &sink)?.json)
    }

    func replace(_ old: String, _ new: String) throws {
      let spec = try String(contentsOfFile: work.path("demo/demo.yaml"), encoding: .utf8)
      try #require(spec.contains(old))
      try work.write("demo/demo.yaml", text: spec.replacing(old, with: new))
    }
  }

  @Test func gitlabJobChecksAndReports() throws {
    let machine = try Machine()
    defer { machine.work.remove() }
    let pipeline = try #require(try machine.yaml(machine.root + "/.gitlab-ci.yml") as? [String: Any])
    let job = try #require(pipeline["specs"] as? [String: Any])
    let script = try #require(job["script"] as? [String]).joined(separator: "\n")
    let good = try machine.shell(script)
    #expect(good.status == 0 && good.errors.contains("1 spec: no problems"), "\(good.errors)")
    try machine.replace("- flatten ", "- flaten ")
    // The second time the program comes out of the cache.
    try machine.tool("swift", "exit 1")
    let bad = try machine.shell(script)
    #expect(bad.status == 1 && bad.errors.contains("error[E0104]"), "\(bad.errors)")
    let report = try String(contentsOfFile: machine.root + "/geoc.sarif", encoding: .utf8)
    #expect(report.contains("\"E0104\"") && report.contains("demo.yaml") && !report.contains("geoc-source"))
  }

  @Test func githubJobChecksReportsAndTellsTheDifference() throws {
    let machine = try Machine()
    defer { machine.work.remove() }
    let workflow = try #require(try machine.yaml(machine.root + "/.github/workflows/specs.yml") as? [String: Any])
    let job = try #require((workflow["jobs"] as? [String: Any])?["check"] as? [String: Any])
    let steps = try #require(job["steps"] as? [[String: Any]]).compactMap { step in
      (step["run"] as? String).map { (name: step["name"] as? String ?? "", lines: $0) }
    }
    #expect(steps.map(\.name).contains("Check") && steps.map(\.name).contains("What changed"))
    func run() throws -> [String: RunWorkspace.Ended] {
      var ended: [String: RunWorkspace.Ended] = [:]
      for step in steps {
        ended[step.name] = try machine.shell(
          step.lines, ["GITHUB_BASE_REF": "main", "GITHUB_STEP_SUMMARY": machine.work.path("summary.md")])
      }
      return ended
    }
    // A spec of another name, with a blank in it, changes as well.
    let moved = try machine.shell(
      """
      mkdir 'old specs'; cp demo.yaml 'old specs/other one.yaml'; cp -r data 'old specs/'; git add -A; git commit -qm other
      git push -q origin HEAD:main; git fetch -q; git checkout -qb wider; sed -i 's/out: 32/out: 48/' demo.yaml */*.yaml
      git commit -qam wider
      """)
    #expect(moved.status == 0, "\(moved.errors)")
    let good = try run()
    for (name, step) in good { #expect(step.status == 0, "\(name): \(step.errors)") }
    #expect(good["Check"]?.output.isEmpty == true, "\(good["Check"]?.output ?? "")")
    let summary = try String(contentsOfFile: machine.work.path("summary.md"), encoding: .utf8)
    #expect(summary.components(separatedBy: "### `demo`").count == 3, "\(summary)")
    #expect(summary.contains("| `linear_1.bias` | `R[32], 32 numbers` | `R[48], 48 numbers` |"))
    let untracked = try machine.shell("git status --porcelain").output
    #expect(untracked == "?? bin/\n?? geoc-source/\n?? geoc.sarif\n", "\(untracked)")
    try machine.replace("- flatten ", "- flaten ")
    try FileManager.default.removeItem(atPath: machine.root + "/geoc-source")
    let bad = try run()
    #expect(bad["Check"]?.status == 1)
    #expect(bad["Check"]?.output.hasPrefix("::error file=demo.yaml,line=12,") == true, "\(bad["Check"]?.output ?? "")")
    #expect(bad["Report for code scanning"]?.status == 0)
  }

  /// `pre-commit` runs the entry of a hook that takes no files, in the root of the repository.
  @Test func hooksStopACommit() throws {
    let machine = try Machine()
    defer { machine.work.remove() }
    try machine.tool("geoc", "exec '\(RunWorkspace.program)' \"$@\"")
    let own = try #require(try machine.yaml(machine.root + "/.pre-commit-config.yaml") as? [String: Any])
    let repositories = try #require(own["repos"] as? [[String: Any]])
    let manifest = try #require(try machine.yaml(Repository.root + ".pre-commit-hooks.yaml") as? [[String: Any]])
    let hooks = repositories.flatMap { $0["hooks"] as? [[String: Any]] ?? [] } + manifest
    #expect(hooks.count == 3)
    for hook in hooks {
      #expect(hook["pass_filenames"] as? Bool == false && hook["types"] as? [String] == ["yaml"])
      let entry = try #require(hook["entry"] as? String)
      #expect(try machine.shell(entry).status == 0)
      try machine.replace("- flatten ", "- flaten ")
      let bad = try machine.shell(entry)
      #expect(bad.status == 1 && bad.errors.contains("error[E0104]"), "\(bad.errors)")
      try machine.replace("- flaten ", "- flatten ")
    }
  }
}

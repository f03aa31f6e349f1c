// swift-format-ignore-file
/// Made from `docs/errors` by `GEOC_BLESS=1 swift test --filter geocTests`.
extension ErrorPages {
  static let e000: [String: String] = [
    "E0001": #"""
      # E0001: a file cannot be read

      The file does not exist, is a folder without specs, or may not be read.

      ```console
      $ geoc check spec.yml
      error[E0001]: cannot read 'spec.yml': no such file
       --> spec.yml
        = see: geoc explain E0001

      1 error
      ```

      Mended:

      ```yaml spec.yaml
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 3 }
      ```

      ```console
      $ geoc check spec.yaml
      1 spec: no problems
      ```

      A folder or a pattern stands for the specs that are found in it: `geoc check .` looks for `.yaml` and `.yml` files with
      a `geoc` key. The exit code is 3.

      """#,
    "E0002": #"""
      # E0002: a file is not UTF-8

      Specs are UTF-8. The place shown is the first byte that is not: here `ü` as it is written in Latin-1.

      ```console
      $ printf 'geoc: 1\nmodel: example\ndescription: F\374r Hände\n' > spec.yaml
      $ geoc check spec.yaml
      error[E0002]: the file is not UTF-8
       --> spec.yaml:3:15
        |
      3 | description: F�r Hände
        |               ^ byte 0xFC
        |
        = help: save it as UTF-8
        = see: geoc explain E0002

      1 error
      ```

      Mended:

      ```console
      $ printf 'geoc: 1\nmodel: example\ndescription: Für Hände\ninputs:\n  x: R[4]\ngraph: [relu]\n' > spec.yaml
      $ geoc check spec.yaml
      1 spec: no problems
      ```

      Save the file as UTF-8 in the editor, or convert it: `iconv -f latin1 -t utf-8 old.yaml > spec.yaml`.

      """#,
    "E0003": #"""
      # E0003: a file holds a NUL byte

      A text does not hold NUL bytes; a file that does is damaged, or is UTF-16.

      ```console
      $ printf 'geoc: 1\n\0' > spec.yaml
      $ geoc check spec.yaml
      error[E0003]: the file holds a NUL byte
       --> spec.yaml:2:1
        |
      2 | �
        | ^
        |
        = see: geoc explain E0003

      1 error
      ```

      Mended:

      ```yaml spec.yaml
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 3 }
      ```

      ```console
      $ geoc check spec.yaml
      1 spec: no problems
      ```

      """#,
    "E0004": #"""
      # E0004: a file holds a control character

      YAML allows tabs and line breaks among the control characters and no other; often one comes with a text copied from a
      terminal.

      ```console
      $ printf 'geoc: 1\nmodel: \033example\n' > spec.yaml
      $ geoc check spec.yaml
      error[E0004]: the file holds the control character U+001B
       --> spec.yaml:2:8
        |
      2 | model: �example
        |        ^
        |
        = see: geoc explain E0004

      1 error
      ```

      Mended:

      ```yaml spec.yaml
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 3 }
      ```

      ```console
      $ geoc check spec.yaml
      1 spec: no problems
      ```

      """#,
    "E0005": #"""
      # E0005: a spec is larger than 4 MiB

      A spec has at most 4 MiB. Numbers that fill a file are data: they belong into `.npz`, `.npy`, `.csv` or `.safetensors`,
      which `data.file` names.

      ```console
      $ { printf 'geoc: 1\n# '; head -c 5000000 /dev/zero | tr '\0' x; } > spec.yaml
      $ geoc check spec.yaml
      error[E0005]: 'spec.yaml' is larger than 4194304 bytes
       --> spec.yaml
        = see: geoc explain E0005

      1 error
      ```

      Mended:

      ```yaml spec.yaml
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 3 }
      ```

      ```console
      $ geoc check spec.yaml
      1 spec: no problems
      ```

      """#,
    "E0006": #"""
      # E0006: a spec has no content

      The file is empty, or all of it is comments. A spec has at least `geoc`, `model`, `inputs` and `graph`.

      ```yaml fail
      # nothing here yet
      ```

      ```text
      error[E0006]: the file has no content
       --> spec.yaml:1:1
        |
      1 | # nothing here yet
        | ^
        |
        = help: start with 'geoc: 1' and 'model: NAME'
        = see: geoc explain E0006
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 3 }
      ```

      """#,
    "E0007": #"""
      # E0007: the text is not YAML

      The text breaks the rules of YAML, so nothing of it could be read. Only the first such place is reported; it
      is often on the line before the one shown: a bracket that is not closed, a `:` without a space after it, lines
      indented by different amounts or by tabs.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 2
        - relu
      ```

      ```text
      error[E0007]: did not find expected ',' or '}'
       --> spec.yaml:8:1
        |
      6 |   - linear: { out: 2
        |             - while parsing a flow mapping
      7 |   - relu
      8 |
        | ^
        |
        = see: geoc explain E0007
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 2 }
        - relu
      ```

      """#,
    "E0008": #"""
      # E0008: collections are nested deeper than 64

      Lists and mappings stand inside each other more than 64 deep. No spec needs that; usually a bracket was repeated by a
      program that wrote the file.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]
      ```

      ```text
      error[E0008]: collections are nested deeper than 64
       --> spec.yaml:5:71
        |
      5 | graph: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]
        |                                                                       ^ level 65
        |
        = see: geoc explain E0008
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 3 }
      ```

      """#,
    "E0009": #"""
      # E0009: aliases expand to too many nodes

      An alias (`*name`) stands for all that its anchor (`&name`) marks. Aliases of aliases multiply: a few lines can stand
      for millions of values, and would fill the memory. Sizes that are used often belong in `dims`, parts of graphs in
      `blocks`.

      ```yaml fail
      geoc: 1
      model: example
      dims:
        a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
        a1: &a1 [*a0, *a0, *a0, *a0, *a0, *a0, *a0, *a0, *a0, *a0]
        a2: &a2 [*a1, *a1, *a1, *a1, *a1, *a1, *a1, *a1, *a1, *a1]
        a3: &a3 [*a2, *a2, *a2, *a2, *a2, *a2, *a2, *a2, *a2, *a2]
        a4: &a4 [*a3, *a3, *a3, *a3, *a3, *a3, *a3, *a3, *a3, *a3]
        a5: &a5 [*a4, *a4, *a4, *a4, *a4, *a4, *a4, *a4, *a4, *a4]
        a6: &a6 [*a5, *a5, *a5, *a5, *a5, *a5, *a5, *a5, *a5, *a5]
      inputs:
        x: R[4]
      graph:
        - linear: { out: 3 }
      ```

      ```text
      error[E0009]: aliases expand 102 nodes to 12345702
        --> spec.yaml:10:12
         |
      10 |   a6: &a6 [*a5, *a5, *a5, *a5, *a5, *a5, *a5, *a5, *a5, *a5]
         |            ^^^ stands for 1111111 nodes
         |
         = note: at most 1000000 nodes, and 100 times those written, are read
         = see: geoc explain E0009
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      dims: { width: &width 8, hidden: *width }
      inputs:
        x: R[width]
      graph:
        - linear: { out: hidden }
      ```

      """#,
  ]
}

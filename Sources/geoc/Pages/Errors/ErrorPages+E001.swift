// swift-format-ignore-file
/// Made from `docs/errors` by `GEOC_BLESS=1 swift test --filter geocTests`.
extension ErrorPages {
  static let e001: [String: String] = [
    "E0010": #"""
      # E0010: an alias names no anchor above it

      An alias `*name` repeats the value that was marked `&name` further up. There is no such mark above it in this
      file.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: *layer
      ```

      ```text
      error[E0010]: no anchor '&layer' above
       --> spec.yaml:6:13
        |
      6 |   - linear: *layer
        |             ^^^^^^
        |
        = see: geoc explain E0010
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: &layer { out: 4 }
        - linear: *layer
      ```

      """#,
    "E0011": #"""
      # E0011: a mapping has the same key twice

      The same key stands twice in one mapping. YAML gives no meaning to that, and readers differ in which one they
      take. Keep one of them.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 2, out: 3 }
      ```

      ```text
      error[E0011]: the key 'out' stands twice in one mapping
       --> spec.yaml:6:23
        |
      6 |   - linear: { out: 2, out: 3 }
        |               ---     ^^^ second
        |               |
        |               first
        |
        = see: geoc explain E0011
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
    "E0012": #"""
      # E0012: a file holds a second document

      A line `---` starts a second document. A spec is one document; put the second one in a file of its own.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - relu
      ---
      geoc: 1
      ```

      ```text
      error[E0012]: the file holds a second document
       --> spec.yaml:7:1
        |
      7 | ---
        | ^^^ starts here
        |
        = help: put one model in one file
        = see: geoc explain E0012
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - relu
      ```

      """#,
    "E0013": #"""
      # E0013: a value has a tag

      Tags such as `!name` or `!!float` are not part of the language: the key decides how its value is read. Leave
      the tag out; a text that looks like a number is written in quotes.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: !!int 2 }
      ```

      ```text
      error[E0013]: tags are not part of the language
       --> spec.yaml:6:20
        |
      6 |   - linear: { out: !!int 2 }
        |                    ^^^^^
        |
        = help: remove the tag; write text that looks like a number in quotes
        = see: geoc explain E0013
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 2 }
      ```

      """#,
    "E0014": #"""
      # E0014: a mapping has a merge key

      `<<` is the merge key of YAML 1.1, which geoc does not read. What nodes have in common is written as a block
      with parameters, or as an anchor on the whole value.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { <<: { bias: false }, out: 2 }
      ```

      ```text
      error[E0014]: merge keys are not part of the language
       --> spec.yaml:6:15
        |
      6 |   - linear: { <<: { bias: false }, out: 2 }
        |               ^^
        |
        = help: merge keys are not YAML 1.2; use 'blocks'
        = see: geoc explain E0014
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[4]
      blocks:
        layer:
          params: { size: 2 }
          graph:
            - linear: { out: $size, bias: false }
      graph:
        - layer
      ```

      """#,
    "E0015": #"""
      # E0015: a key is a list or a mapping

      Keys of specs are plain words. A list or a mapping as a key is YAML, but means nothing here; mostly a colon stands at
      the wrong place.

      ```yaml fail
      geoc: 1
      model: example
      dims:
        [hidden, classes]: 3
      inputs:
        x: R[4]
      graph:
        - linear: { out: 3 }
      ```

      ```text
      error[E0015]: a key must be a word, found a list
       --> spec.yaml:4:3
        |
      4 |   [hidden, classes]: 3
        |   ^^^^^^^^^^^^^^^^^
        |
        = see: geoc explain E0015
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      dims: { hidden: 3, classes: 3 }
      inputs:
        x: R[4]
      graph:
        - linear: { out: hidden }
        - relu
        - linear: { out: classes }
      ```

      """#,
    "E0016": #"""
      # E0016: an override on the command line cannot be applied

      `--set PATH=VALUE` changes the spec before it is read. The path names keys, and positions of lists from 0; the value is
      YAML.

      ```yaml spec.yaml
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 3 }
      ```

      ```console
      $ geoc check spec.yaml --set graph.5.linear.out=4
      error[E0016]: '5' is no position in this list
       --> --set graph.5.linear.out=4:1:7
        |
      1 | graph.5.linear.out=4
        |       ^ positions run from 0 to 0
        |
       ::: spec.yaml:6:3
        |
      6 |   - linear: { out: 3 }
        |   -------------------- the list
        |
        = see: geoc explain E0016

      1 error
      ```

      Mended:

      ```console
      $ geoc check spec.yaml --set graph.0.linear.out=4
      1 spec: no problems
      ```

      """#,
  ]
}

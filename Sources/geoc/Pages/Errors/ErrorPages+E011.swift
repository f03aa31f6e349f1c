// swift-format-ignore-file
/// Made from `docs/errors` by `GEOC_BLESS=1 swift test --filter geocTests`.
extension ErrorPages {
  static let e011: [String: String] = [
    "E0110": #"""
      # E0110: two values have the same name

      Two inputs or nodes of one graph have the same name, so a reference to it would be ambiguous.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 4 }
          as: h
        - relu:
          as: h
      ```

      ```text
      error[E0110]: the name 'h' is given twice
       --> spec.yaml:9:9
        |
      7 |     as: h
        |         - first given here
      8 |   - relu:
      9 |     as: h
        |         ^
        |
        = help: give this node another name with 'as'
        = see: geoc explain E0110
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 4 }
          as: h
        - relu:
          as: z
      ```

      """#,
    "E0111": #"""
      # E0111: a name is not an identifier

      Names of models are made of `a-z`, `0-9`, `-` and `_`; names of values, blocks and sizes of letters, digits
      and `_`, and begin with a letter.

      ```yaml fail
      geoc: 1
      model: My model
      inputs:
        x: R[4]
      graph:
        - relu
      ```

      ```text
      error[E0111]: 'My model' is not a model name
       --> spec.yaml:2:8
        |
      2 | model: My model
        |        ^^^^^^^^ use the letters a-z, digits, '-' and '_'
        |
        = see: geoc explain E0111
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: my-model
      inputs:
        x: R[4]
      graph:
        - relu
      ```

      """#,
    "E0112": #"""
      # E0112: the language version is not known

      The value of `geoc` is the version of the language. This compiler reads version 1.

      ```yaml fail
      geoc: 2
      model: example
      inputs:
        x: R[4]
      graph:
        - relu
      ```

      ```text
      error[E0112]: language version 2 is unknown
       --> spec.yaml:1:7
        |
      1 | geoc: 2
        |       ^ this geoc reads version 1
        |
        = see: geoc explain E0112
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
    "E0113": #"""
      # E0113: a size names no entry of 'dims'

      A size is an integer, or a name that `dims` defines.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: SPD(C)
      graph:
        - logeig
      ```

      ```text
      error[E0113]: 'SPD(C)' is not a type
       --> spec.yaml:4:10
        |
      4 |   x: SPD(C)
        |          ^ unknown size 'C'
        |
        = help: declare it: 'dims: { C: 8 }'
        = see: geoc explain E0113
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      dims: { C: 8 }
      inputs:
        x: SPD(C)
      graph:
        - logeig
      ```

      """#,
    "E0114": #"""
      # E0114: a graph has no nodes

      A graph needs at least one node.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph: []
      ```

      ```text
      error[E0114]: 'graph' is empty
       --> spec.yaml:5:8
        |
      5 | graph: []
        |        ^^
        |
        = see: geoc explain E0114
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
    "E0115": #"""
      # E0115: a node does not name exactly one op

      A node is the bare name of an op, or a mapping with exactly one op and, beside it, the reserved keys `as`,
      `from` and `repeat`. A second op in the mapping is usually a forgotten `-`.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: SPD(8)
      graph:
        - reeig: { eps: 1.0e-4 }
          logeig: {}
      ```

      ```text
      error[E0115]: a node has one op, found 'reeig' and 'logeig'
       --> spec.yaml:7:5
        |
      6 |   - reeig: { eps: 1.0e-4 }
        |     ----- the op of this node
      7 |     logeig: {}
        |     ^^^^^^
        |
        = help: parameters go inside: 'reeig: { logeig: … }'; another op is another list entry
        = see: geoc explain E0115
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: SPD(8)
      graph:
        - reeig: { eps: 1.0e-4 }
        - logeig
      ```

      """#,
    "E0117": #"""
      # E0117: a block calls itself

      A block calls itself, directly or through others, and would never end. A fixed number of copies is written
      with `repeat`.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
      blocks:
        layer:
          graph:
            - linear: { out: 4 }
            - layer
      graph:
        - layer
      ```

      ```text
      error[E0117]: the block 'layer' contains itself
       --> spec.yaml:9:9
        |
      6 |   layer:
        |   ----- defined here
      ...
      9 |       - layer
        |         ^^^^^
        |
        = see: geoc explain E0117
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[4]
      blocks:
        layer:
          graph:
            - linear: { out: 4 }
            - relu
      graph:
        - layer: {}
          repeat: 3
      ```

      """#,
    "E0118": #"""
      # E0118: a '$name' is no parameter of its block

      Inside a block, `$name` stands for one of its parameters, which are listed under `params`.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
      blocks:
        layer:
          params: { size: 4 }
          graph:
            - linear: { out: $sise }
      graph:
        - layer
      ```

      ```text
      error[E0118]: the block 'layer' has no parameter 'sise'
       --> spec.yaml:9:24
        |
      9 |       - linear: { out: $sise }
        |                        ^^^^^
        |
        = help: did you mean '$size'?
        = see: geoc explain E0118
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[4]
      blocks:
        layer:
          params: { size: 4 }
          graph:
            - linear: { out: $size }
      graph:
        - layer
      ```

      """#,
    "E0119": #"""
      # E0119: files include each other

      A file includes itself, or one that includes it. Put the blocks that both need into a third file.

      ```yaml layers.yaml
      include: more.yaml
      blocks:
        hidden: { in: "R[?]", graph: [{ linear: { out: 8 } }, relu] }
      ```

      ```yaml more.yaml
      include: layers.yaml
      blocks:
        narrow: { in: "R[?]", graph: [{ linear: { out: 2 } }, relu] }
      ```

      ```yaml spec.yaml
      geoc: 1
      model: example
      include: layers.yaml
      inputs:
        x: R[4]
      graph:
        - hidden
      ```

      ```console
      $ geoc check spec.yaml
      error[E0119]: 'layers.yaml' includes itself
       --> ./more.yaml:1:10
        |
      1 | include: layers.yaml
        |          ^^^^^^^^^^^ this closes the circle
        |
        = see: geoc explain E0119

      1 error
      ```

      Mended:

      ```yaml more.yaml
      blocks:
        narrow: { in: "R[?]", graph: [{ linear: { out: 2 } }, relu] }
      ```

      ```console
      $ geoc check spec.yaml
      1 spec: no problems
      ```

      """#,
  ]
}

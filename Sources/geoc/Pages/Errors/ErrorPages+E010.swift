// swift-format-ignore-file
/// Made from `docs/errors` by `GEOC_BLESS=1 swift test --filter geocTests`.
extension ErrorPages {
  static let e010: [String: String] = [
    "E0101": #"""
      # E0101: a required key is missing

      A mapping lacks a key that has no default: a spec needs `geoc`, `model`, `inputs` and `graph`; `data` needs
      `file`; `train` needs `optimizer` and one of `epochs` and `steps`.

      ```yaml fail
      geoc: 1
      inputs:
        x: R[4]
      graph:
        - relu
      ```

      ```text
      error[E0101]: a spec needs 'model'
       --> spec.yaml:1:1
        |
      1 | geoc: 1
        | ^^^^
        |
        = help: add 'model: my-model'
        = see: geoc explain E0101
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
    "E0102": #"""
      # E0102: a mapping has a key the language does not know

      A mapping has a key that the language does not know. Most often it is misspelt, or stands one level too high
      or too low.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
      grpah:
        - relu
      graph:
        - relu
      ```

      ```text
      error[E0102]: a spec has no key 'grpah'
       --> spec.yaml:5:1
        |
      5 | grpah:
        | ^^^^^
        |
        = help: did you mean 'graph'?
        = see: geoc explain E0102
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
    "E0103": #"""
      # E0103: a value is of the wrong kind

      A value is of another kind than its key wants: text in place of a number, a list in place of a mapping. `yes`,
      `no`, `on` and `off` are texts; the flags are `true` and `false`.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 2, bias: no }
      ```

      ```text
      error[E0103]: 'bias' of linear must be true or false, found 'no'
       --> spec.yaml:6:29
        |
      6 |   - linear: { out: 2, bias: no }
        |                             ^^
        |
        = help: in YAML 1.2 'no' is a text
        = see: geoc explain E0103
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 2, bias: false }
      ```

      """#,
    "E0104": #"""
      # E0104: a node names no op and no block

      A node names neither an op nor a block of this spec. `geoc ops` lists the ops; their names are in snake case.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: SPD(8)
      graph:
        - log_eig
      ```

      ```text
      error[E0104]: there is no op or block 'log_eig'
       --> spec.yaml:6:5
        |
      6 |   - log_eig
        |     ^^^^^^^
        |
        = help: did you mean 'logeig'?
        = see: geoc explain E0104
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: SPD(8)
      graph:
        - logeig
      ```

      """#,
    "E0105": #"""
      # E0105: an op has no such parameter

      The op exists, but it has no parameter of this name. `geoc ops NAME` lists what it takes.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 2, use_bias: false }
      ```

      ```text
      error[E0105]: linear has no parameter 'use_bias'
       --> spec.yaml:6:23
        |
      6 |   - linear: { out: 2, use_bias: false }
        |                       ^^^^^^^^
        |
        = help: linear has 'out', 'bias', 'init'
        = see: geoc explain E0105
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 2, bias: false }
      ```

      """#,
    "E0106": #"""
      # E0106: an op lacks a required parameter

      A parameter without a default is missing.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: SPD(8)
      graph:
        - bimap
      ```

      ```text
      error[E0106]: bimap needs the parameter 'out'
       --> spec.yaml:6:5
        |
      6 |   - bimap
        |     ^^^^^
        |
        = help: write 'bimap: { out: 4 }'
        = see: geoc explain E0106
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: SPD(8)
      graph:
        - bimap: { out: 6 }
      ```

      """#,
    "E0107": #"""
      # E0107: a parameter is outside its range

      A parameter is outside the values for which the op is defined. `geoc ops NAME` shows the range.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - dropout: { p: 1.5 }
      ```

      ```text
      error[E0107]: 'p' of dropout must be at least 0 and less than 1, found 1.5
       --> spec.yaml:6:19
        |
      6 |   - dropout: { p: 1.5 }
        |                   ^^^ out of range
        |
        = see: geoc explain E0107
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - dropout: { p: 0.5 }
      ```

      """#,
    "E0108": #"""
      # E0108: a value is none of the allowed words

      A parameter takes one of a few words, and this is none of them.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[8, 200]
      graph:
        - covariance: { estimator: sample }
      ```

      ```text
      error[E0108]: 'estimator' of covariance cannot be 'sample'
       --> spec.yaml:6:30
        |
      6 |   - covariance: { estimator: sample }
        |                              ^^^^^^
        |
        = help: one of 'scm', 'cov', 'oas', 'ledoit_wolf', 'shrinkage'
        = see: geoc explain E0108
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[8, 200]
      graph:
        - covariance: { estimator: scm }
      ```

      """#,
    "E0109": #"""
      # E0109: a name stands for no value

      `from`, `outputs`, `bind` or a loss names a value that does not exist at this place. A value is an input, or a
      node further up with that name after `as`; without `as` a node is called `<op>_<k>`, counted from 1 for each
      op.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
        y: Label(3)
      graph:
        - linear: { out: 3 }
      loss:
        cross_entropy: { logits: logits, target: y }
      ```

      ```text
      error[E0109]: there is no value 'logits' here
       --> spec.yaml:9:28
        |
      9 |   cross_entropy: { logits: logits, target: y }
        |                            ^^^^^^
        |
        = see: geoc explain E0109
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[4]
        y: Label(3)
      graph:
        - linear: { out: 3 }
          as: logits
      loss:
        cross_entropy: { logits: logits, target: y }
      ```

      """#,
  ]
}

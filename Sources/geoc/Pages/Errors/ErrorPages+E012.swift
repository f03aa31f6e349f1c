// swift-format-ignore-file
/// Made from `docs/errors` by `GEOC_BLESS=1 swift test --filter geocTests`.
extension ErrorPages {
  static let e012: [String: String] = [
    "E0120": #"""
      # E0120: an included file cannot be used

      A file named in `include` cannot be read. Its path is relative to the file that includes it.

      ```yaml spec.yaml
      geoc: 1
      model: example
      include: blocks/layers.yaml
      inputs:
        x: R[4]
      graph:
        - linear: { out: 3 }
      ```

      ```console
      $ geoc check spec.yaml
      error[E0120]: cannot read 'blocks/layers.yaml'
       --> spec.yaml:3:10
        |
      3 | include: blocks/layers.yaml
        |          ^^^^^^^^^^^^^^^^^^ no such file
        |
        = see: geoc explain E0120

      1 error
      ```

      Mended:

      ```console
      $ mkdir blocks
      ```

      ```yaml blocks/layers.yaml
      blocks:
        hidden: { in: "R[?]", graph: [{ linear: { out: 8 } }, relu] }
      ```

      ```yaml spec.yaml
      geoc: 1
      model: example
      include: blocks/layers.yaml
      inputs:
        x: R[4]
      graph:
        - hidden
      ```

      ```console
      $ geoc check spec.yaml
      1 spec: no problems
      ```

      """#,
    "E0121": #"""
      # E0121: 'repeat' is not a positive integer, or changes the type

      `repeat` says how many of a node stand in a row: a whole number from 1 to 1000, or a name from `dims`.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 4 }
          repeat: 0
      ```

      ```text
      error[E0121]: 'repeat' must be at least 1 and at most 1000, found 0
       --> spec.yaml:7:13
        |
      7 |     repeat: 0
        |             ^
        |
        = see: geoc explain E0121
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 4 }
          repeat: 2
      ```

      """#,
    "E0123": #"""
      # E0123: a metric is not known

      The metric is not known.

      ```yaml fail
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
      metrics: [acuracy]
      ```

      ```text
      error[E0123]: there is no metric 'acuracy'
        --> spec.yaml:11:11
         |
      11 | metrics: [acuracy]
         |           ^^^^^^^
         |
         = help: did you mean 'accuracy'?
         = see: geoc explain E0123
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
      metrics: [accuracy]
      ```

      """#,
    "E0124": #"""
      # E0124: the optimizer is not known

      `train.optimizer` names one optimizer with its parameters. `geoc ops` lists them under `optimizer`.

      ```yaml fail
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
      train:
        optimizer: { adamm: { lr: 0.001 } }
        epochs: 3
      ```

      ```text
      error[E0124]: there is no optimizer 'adamm'
        --> spec.yaml:12:16
         |
      12 |   optimizer: { adamm: { lr: 0.001 } }
         |                ^^^^^
         |
         = help: did you mean 'adam'?
         = see: geoc explain E0124
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
      train:
        optimizer: { adam: { lr: 0.001 } }
        epochs: 3
      ```

      """#,
    "E0125": #"""
      # E0125: a schedule is invalid

      A schedule is `constant`, `step`, `cosine`, `warmup` or `cool_down`, with its parameters; a number of a loss that
      changes over epochs is `linear: { from, to, start, end }`.

      ```yaml fail
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
      train:
        optimizer: { adam: { lr: 0.001 } }
        epochs: 3
        schedule: { cosin: { floor: 0.1 } }
      ```

      ```text
      error[E0125]: there is no schedule 'cosin'
        --> spec.yaml:14:15
         |
      14 |   schedule: { cosin: { floor: 0.1 } }
         |               ^^^^^
         |
         = help: did you mean 'cosine'?
         = see: geoc explain E0125
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
      train:
        optimizer: { adam: { lr: 0.001 } }
        epochs: 3
        schedule: { cosine: { floor: 0.1 } }
      ```

      """#,
    "E0126": #"""
      # E0126: the training section contradicts itself

      Entries of `train` contradict each other: the length is given in `epochs` or in `steps`, not in both.

      ```yaml fail
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
      train:
        optimizer: { adam: { lr: 0.001 } }
        epochs: 3
        steps: 100
      ```

      ```text
      error[E0126]: 'epochs' and 'steps' exclude each other
        --> spec.yaml:14:3
         |
      13 |   epochs: 3
         |   ------ already given here
      14 |   steps: 100
         |   ^^^^^
         |
         = see: geoc explain E0126
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
      train:
        optimizer: { adam: { lr: 0.001 } }
        epochs: 3
      ```

      """#,
    "E0127": #"""
      # E0127: a parameter group matches nothing

      A group of `train.groups` changes the optimizer for some parameters, by a pattern over their full names. This
      pattern matches none, so the group would silently do nothing.

      ```yaml fail
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
      train:
        optimizer: { adam: { lr: 0.001 } }
        epochs: 3
        groups:
          - { match: "linear_*.weight", lr: 0.1 }
      ```

      ```text
      error[E0127]: no parameter is named 'linear_*.weight'
        --> spec.yaml:15:16
         |
      15 |     - { match: "linear_*.weight", lr: 0.1 }
         |                ^^^^^^^^^^^^^^^^^
         |
         = see: geoc explain E0127
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
      train:
        optimizer: { adam: { lr: 0.001 } }
        epochs: 3
        groups:
          - { match: "logits.weight", lr: 0.1 }
      ```

      A parameter is called `<node>.<tensor>`, with the name that the node got from `as`.

      """#,
    "E0128": #"""
      # E0128: the split is not a known form

      `data.split` has a few forms, which cannot be mixed: index arrays of the file (`train`, `test`), a share
      (`test: 0.2`, with `seed` and `stratify`), whole groups (`group` and `test`), or `folds`.

      ```yaml fail
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
      data:
        file: data.npz
        split: { train: train, test: test, seed: 0 }
      ```

      ```text
      error[E0128]: 'seed' does not go with index arrays
        --> spec.yaml:13:38
         |
      13 |   split: { train: train, test: test, seed: 0 }
         |                                      ^^^^
         |
         = see: geoc explain E0128
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
      data:
        file: data.npz
        split: { train: train, test: test }
      ```

      """#,
  ]
}

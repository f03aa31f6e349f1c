// swift-format-ignore-file
/// Made from `docs/errors` by `GEOC_BLESS=1 swift test --filter geocTests`.
extension ErrorPages {
  static let e013: [String: String] = [
    "E0130": #"""
      # E0130: a pass is not known

      `passes` lists rewrites of the whole model. Passes of the compiler, which `docs/passes.md` lists, run by themselves.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 3 }
      passes:
        - fuse_maps
      ```

      ```text
      error[E0130]: there is no pass 'fuse_maps'
       --> spec.yaml:8:5
        |
      8 |   - fuse_maps
        |     ^^^^^^^^^
        |
        = help: one of 'frame_average', 'normalize_and_project', 'equivariance_regularizer', 'invert'
        = see: geoc explain E0130
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
    "E0131": #"""
      # E0131: a claim is not known

      A claim is a property that `geoc check` holds the model to. It knows the budgets `max_memory`, `max_parameters` and
      `max_flops`, and `invariant`, `equivariant`, `invertible` and `scale_invariant`.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 3 }
      claims: { max_params: 100 }
      ```

      ```text
      error[E0131]: there is no claim 'max_params'
       --> spec.yaml:7:11
        |
      7 | claims: { max_params: 100 }
        |           ^^^^^^^^^^
        |
        = help: did you mean 'max_parameters'?
        = see: geoc explain E0131
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 3 }
      claims: { max_parameters: 100 }
      ```

      """#,
    "E0132": #"""
      # E0132: a claim does not hold

      The spec promises a bound under `claims`, and the model exceeds it. Labels show which nodes need most. Make the model
      smaller, or raise the bound if the growth is meant.

      `scale_invariant` and `invertible` are proved from the graph. Where the proof fails, a label shows the node at which it ends:
      change that node, or drop the claim. "is not invertible" is a proof of the opposite, "is not proved" is none.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[64]
      graph:
        - linear: { out: 64 }
        - relu
        - linear: { out: 4 }
      claims:
        max_parameters: 4 k
      ```

      ```text
      error[E0132]: the model has 4,420 parameters, the claim allows 4,000
        --> spec.yaml:10:3
         |
       6 |   - linear: { out: 64 }
         |     ------ linear_1.weight: 4,096
       7 |   - relu
       8 |   - linear: { out: 4 }
         |     ------ linear_2.weight: 256
       9 | claims:
      10 |   max_parameters: 4 k
         |   ^^^^^^^^^^^^^^
         |
         = see: geoc explain E0132
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[64]
      graph:
        - linear: { out: 32 }
        - relu
        - linear: { out: 4 }
      claims:
        max_parameters: 4 k
      ```

      """#,
    "E0133": #"""
      # E0133: training needs a loss

      `train` minimises the loss, and this spec has none.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
        y: Label(3)
      graph:
        - linear: { out: 3 }
          as: logits
      train:
        optimizer: { adam: { lr: 0.001 } }
        epochs: 3
      ```

      ```text
      error[E0133]: 'train' needs a 'loss' to minimise
       --> spec.yaml:9:1
        |
      9 | train:
        | ^^^^^
        |
        = see: geoc explain E0133
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
    "E0135": #"""
      # E0135: the expanded model is beyond the limits

      Blocks and `repeat` are expanded before anything else; a model has at most 100000 nodes, and blocks stand at most 64
      deep in each other. Repeats of blocks that repeat blocks multiply.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
      blocks:
        many: { in: "R[?]", graph: [{ relu: {}, repeat: 1000 }] }
      graph:
        - many:
          repeat: 1000
      ```

      ```text
      error[E0135]: the model has more than 100000 nodes
       --> spec.yaml:6:33
        |
      6 |   many: { in: "R[?]", graph: [{ relu: {}, repeat: 1000 }] }
        |                                 ^^^^
        |
        = help: look at 'repeat' in nested blocks
        = see: geoc explain E0135
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[4]
      blocks:
        many: { in: "R[?]", graph: [{ relu: {}, repeat: 2 }] }
      graph:
        - many:
          repeat: 3
      ```

      """#,
    "E0137": #"""
      # E0137: a key of the language that this version does not act on

      The key or the pass belongs to the language and this version of geoc does nothing with it. It is an error, not a warning:
      a model that ignores what its spec says is another model.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[30]
        y: Label(2)
      graph:
        - linear: { out: 64 }
        - relu
        - linear: { out: 2 }
          as: logits
      passes:
        - invert
      loss:
        cross_entropy: { logits: logits, target: y }
      train:
        optimizer: { sgd: { lr: 0.1 } }
        epochs: 3
      ```

      ```text
      error[E0137]: the pass 'invert' is not supported by this version of geoc
        --> spec.yaml:12:5
         |
      12 |   - invert
         |     ^^^^^^
         |
         = see: geoc explain E0137
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[30]
        y: Label(2)
      graph:
        - linear: { out: 64 }
        - relu
        - linear: { out: 2 }
          as: logits
      loss:
        cross_entropy: { logits: logits, target: y }
      train:
        optimizer: { sgd: { lr: 0.1 } }
        epochs: 3
      ```

      """#,
    "E0138": #"""
      # E0138: a sweep has no settings to choose from

      `sweep` needs a `grid` with values that the spec admits, a metric (or the loss) to `select` by, and rows to score
      settings on: `folds` inside the training rows, or the validation rows of the split. Each value is tried with the others as
      written.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
        y: Label(3)
      graph:
        - logistic_regression: { target: y, C: 1 }
      metrics: [accuracy]
      data:
        file: data.npz
        split: { test: 0.2, seed: 0 }
      sweep:
        grid:
          graph.0.logistic_regression.C: [0.1, 0]
        folds: 3
      ```

      ```text
      error[E0138]: 'graph.0.logistic_regression.C' cannot be 0: 'C' of logistic_regression must be greater than 0, found 0
        --> spec.yaml:14:42
         |
      14 |     graph.0.logistic_regression.C: [0.1, 0]
         |                                          ^
         |
         = see: geoc explain E0138
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[4]
        y: Label(3)
      graph:
        - logistic_regression: { target: y, C: 1 }
      metrics: [accuracy]
      data:
        file: data.npz
        split: { test: 0.2, seed: 0 }
      sweep:
        grid:
          graph.0.logistic_regression.C: [0.1, 1]
        folds: 3
      ```

      """#,
  ]
}

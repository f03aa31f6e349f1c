// swift-format-ignore-file
/// Made from `docs/errors` by `GEOC_BLESS=1 swift test --filter geocTests`.
extension ErrorPages {
  static let w003: [String: String] = [
    "W0031": #"""
      # W0031: a norm has a single feature

      `normalize_and_project` puts a norm behind every layer that a nonlinearity reads. The layer norm of one number is 0,
      whatever the number, and of its root mean square only the sign is left: nothing can be learned behind it.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[30]
        y: Label(2)
      graph:
        - linear: { out: 1 }
        - relu
        - linear: { out: 2 }
          as: logits
      passes:
        - normalize_and_project
      loss:
        cross_entropy: { logits: logits, target: y }
      train:
        optimizer: { sgd: { lr: 0.1 } }
        epochs: 3
      ```

      ```text
      warning[W0031]: the norm behind 'linear_1' has one feature and gives 0, whatever the number
       --> spec.yaml:7:5
        |
      7 |   - linear: { out: 1 }
        |     ^^^^^^
        |
        = help: give the layer more features, or leave the pass out
        = see: geoc explain W0031
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
      passes:
        - normalize_and_project
      loss:
        cross_entropy: { logits: logits, target: y }
      train:
        optimizer: { sgd: { lr: 0.1 } }
        epochs: 3
      ```

      Where it is meant so: `geoc check --allow norm-of-one`; to forbid it: `--deny norm-of-one`.

      """#,
    "W0032": #"""
      # W0032: a projection changes what the model computes

      `normalize_and_project` brings weights back to the norm that they started with. In front of a normalisation that changes
      nothing but the effective learning rate. Nothing stands behind the output layer: the norm of its weight is the inverse
      temperature of the softmax, and `project_output` freezes it. That may be meant so; the paper leaves the output layer alone.

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
        - normalize_and_project: { project_output: true }
      loss:
        cross_entropy: { logits: logits, target: y }
      train:
        optimizer: { sgd: { lr: 0.1 } }
        epochs: 3
      ```

      ```text
      warning[W0032]: projecting 'logits.weight' changes what the model computes
        --> spec.yaml:12:5
         |
      12 |   - normalize_and_project: { project_output: true }
         |     ^^^^^^^^^^^^^^^^^^^^^
         |
         = note: its norm is the inverse temperature of the softmax: scale-invariance ends at 'logits'
         = help: leave 'project_output' out
         = see: geoc explain W0032
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
      passes:
        - normalize_and_project
      loss:
        cross_entropy: { logits: logits, target: y }
      train:
        optimizer: { sgd: { lr: 0.1 } }
        epochs: 3
      ```

      Where it is meant so: `geoc check --allow projection-changes-function`; to forbid it: `--deny projection-changes-function`.

      """#,
    "W0033": #"""
      # W0033: a layer breaks the self-normalisation of a net

      `selu` keeps mean 0 and variance 1 from layer to layer where three things hold: inputs are standardised, weights start
      with fan-in × variance 1 (`init: lecun_normal`), and nothing else stands between the layers. `dropout`, norms, other
      nonlinearities and residual sums change mean and variance, and a deep net then loses its signal without a word. The rules
      that this is found by are those of `geoc compile --report`, which prints mean and variance of each layer.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[30]
        y: Label(2)
      graph:
        - linear: { out: 64, init: he_normal }
        - selu
        - linear: { out: 2 }
          as: logits
      loss:
        cross_entropy: { logits: logits, target: y }
      ```

      ```text
      warning[W0033]: 'linear_1' breaks self-normalisation: its weights start with fan-in × variance 2, not 1 (init: he_normal)
       --> spec.yaml:7:5
        |
      7 |   - linear: { out: 64, init: he_normal }
        |     ^^^^^^
        |
        = help: write 'init: lecun_normal'
        = see: geoc explain W0033
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[30]
        y: Label(2)
      graph:
        - linear: { out: 64, init: lecun_normal }
        - selu
        - linear: { out: 2 }
          as: logits
      loss:
        cross_entropy: { logits: logits, target: y }
      ```

      Where it is meant so: `geoc check --allow not-self-normalizing`; to forbid it: `--deny not-self-normalizing`.

      """#,
  ]
}

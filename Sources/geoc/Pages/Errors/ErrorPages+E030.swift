// swift-format-ignore-file
/// Made from `docs/errors` by `GEOC_BLESS=1 swift test --filter geocTests`.
extension ErrorPages {
  static let e030: [String: String] = [
    "E0301": #"""
      # E0301: a gradient is needed through an op that has none

      `geoc verify` compares gradients, and a model without a `loss` has none that it could compare.

      ```yaml spec.yaml
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 3 }
      ```

      ```console
      $ geoc verify spec.yaml --steps 2
      error[E0301]: 'verify' needs a 'loss' to differentiate
       --> spec.yaml
        = see: geoc explain E0301

      1 error
      ```

      Mended:

      ```yaml spec.yaml
      geoc: 1
      model: example
      inputs:
        y: R[3]
        x: R[4]
      graph:
        - linear: { out: 3 }
          from: x
          as: scores
      loss:
        mse: { prediction: scores, target: y }
      ```

      ```console
      $ geoc verify spec.yaml > gradients.txt
      ```

      The same code says that a gradient is needed through an op that has none; its label shows the parameter that needs it.

      """#,
    "E0305": #"""
      # E0305: a pass asked for changes nothing

      A rewrite under `passes` found nothing to rewrite: `normalize_and_project`, for example, needs a nonlinearity that reads a
      layer and has a layer with a weight behind it.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[30]
        y: Label(2)
      graph:
        - linear: { out: 64 }
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
      error[E0305]: 'normalize_and_project' finds nothing to do in this model
        --> spec.yaml:11:5
         |
      11 |   - normalize_and_project
         |     ^^^^^^^^^^^^^^^^^^^^^
         |
         = see: geoc explain E0305
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

      """#,
    "E0306": #"""
      # E0306: a group does not act on a value

      A claim names a group that has no single action on an input or an output, or that moves no input at all. `O(n)`, `SO(n)`
      and `GL(n)` turn arrays `R[…, n]`, clouds `Cloud(m, n)`, and (as g x gᵀ) matrices `SPD(n)` and `Sym(n)`; `O(n)` and
      `SO(n)` also points of `Sphere(n)`, `Ball(n)`, `Stiefel(n, p)` and `Grassmann(n, p)`. `E(n)` and `SE(n)` move clouds;
      whether an array is a point or a vector they cannot know. `S(m)` permutes the points of a cloud, or the first axis of an
      array.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 4 }
      claims: { invariant: SO(3) }
      ```

      ```text
      error[E0306]: SO(3) moves no input of the model
       --> spec.yaml:7:11
        |
      7 | claims: { invariant: SO(3) }
        |           ^^^^^^^^^
        |
        = help: 'geoc explain E0306' lists the groups and the types that they act on
        = see: geoc explain E0306
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[3]
      graph:
        - inner:
          from: [x, x]
      claims: { invariant: SO(3) }
      ```

      `geoc check` tests the mended claim on random rotations.

      """#,
    "E0307": #"""
      # E0307: an optimizer cannot step in a space

      An optimizer that is arithmetic on arrays would leave the manifold of a point; `muon` needs matrices.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
        y: Label(3)
      graph:
        - linear: { out: 8 }
        - relu
        - linear: { out: 3 }
          as: logits
      loss:
        cross_entropy: { logits: logits, target: y }
      train:
        optimizer: { muon: { lr: 0.02 } }
        groups: [{ match: "logits.*", optimizer: { adam: { lr: 0.01 } } }]
        epochs: 3
      ```

      ```text
      error[E0307]: the optimizer 'muon' cannot step 'linear_1.bias': it orthogonalises matrices, and this is R[8]
       --> spec.yaml:7:5
        |
      7 |   - linear: { out: 8 }
        |     ^^^^^^
        |
        = help: use 'hybrid_auon', which also steps vectors, or a model without vectors ('bias: false')
        = see: geoc explain E0307
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[4]
        y: Label(3)
      graph:
        - linear: { out: 8, bias: false }
        - relu
        - linear: { out: 3 }
          as: logits
      loss:
        cross_entropy: { logits: logits, target: y }
      train:
        optimizer: { muon: { lr: 0.02 } }
        groups: [{ match: "logits.*", optimizer: { adam: { lr: 0.01 } } }]
        epochs: 3
      ```

      """#,
    "E0309": #"""
      # E0309: two passes exclude each other

      A rewrite is asked for once: the second would rewrite what the first has made.

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
        - normalize_and_project
        - normalize_and_project: { norm: rms }
      loss:
        cross_entropy: { logits: logits, target: y }
      train:
        optimizer: { sgd: { lr: 0.1 } }
        epochs: 3
      ```

      ```text
      error[E0309]: the pass 'normalize_and_project' is asked for twice
        --> spec.yaml:13:5
         |
      12 |   - normalize_and_project
         |     --------------------- first here
      13 |   - normalize_and_project: { norm: rms }
         |     ^^^^^^^^^^^^^^^^^^^^^
         |
         = see: geoc explain E0309
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
        - normalize_and_project: { norm: rms }
      loss:
        cross_entropy: { logits: logits, target: y }
      train:
        optimizer: { sgd: { lr: 0.1 } }
        epochs: 3
      ```

      """#,
  ]
}

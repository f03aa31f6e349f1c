// swift-format-ignore-file
/// Made from `docs/errors` by `GEOC_BLESS=1 swift test --filter geocTests`.
extension ErrorPages {
  static let w004: [String: String] = [
    "W0041": #"""
      # W0041: an optimizer steps off the manifold of a parameter

      `sgd`, `adam` and `adamw` add their step to a parameter as an array. A point of Stiefel, SPD, a ball or another curved space
      plus a step is no point of it any more, and the next layer computes with something else than its type says. `rsgd` and
      `radam` follow the space, and take the plain step where a parameter is an array.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: SPD(8)
        y: Label(3)
      graph:
        - bimap: { out: 4 }
        - logeig
        - vech
        - linear: { out: 3 }
          as: logits
      loss:
        cross_entropy: { logits: logits, target: y }
      train:
        optimizer: { adam: { lr: 0.01 } }
        epochs: 3
      ```

      ```text
      warning[W0041]: 'adam' steps 'bimap_1.weight' off the manifold
        --> spec.yaml:15:16
         |
      15 |   optimizer: { adam: { lr: 0.01 } }
         |                ^^^^ a sum is no point of Stiefel(8, 4)
         |
         = help: 'radam' follows it, and takes the same step as 'adam' elsewhere
         = see: geoc explain W0041
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: SPD(8)
        y: Label(3)
      graph:
        - bimap: { out: 4 }
        - logeig
        - vech
        - linear: { out: 3 }
          as: logits
      loss:
        cross_entropy: { logits: logits, target: y }
      train:
        optimizer: { radam: { lr: 0.01 } }
        epochs: 3
      ```

      Where it is meant so: `geoc check --allow straight-step`; to forbid it: `--deny straight-step`.

      """#,
    "W0042": #"""
      # W0042: a rule for hidden matrices steps the head or an embedding

      `muon`, `auon` and `hybrid_auon` were made for the matrices between the first and the last layer. Rows of an embedding and of
      the head are hit by few samples of a batch, and a step that makes all singular values equal moves those that nothing
      spoke for. Their authors give head and embeddings to Adam, as this group does.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[8]
        y: Label(3)
      graph:
        - linear: { out: 16, bias: false }
        - relu
        - linear: { out: 3, bias: false }
          as: logits
      loss:
        cross_entropy: { logits: logits, target: y }
      train:
        optimizer: { muon: { lr: 0.02 } }
        epochs: 3
      ```

      ```text
      warning[W0042]: 'muon' steps 'logits.weight', the weight of the head
       --> spec.yaml:9:5
        |
      9 |   - linear: { out: 3, bias: false }
        |     ^^^^^^
        |
        = help: leave it to Adam: 'groups: [{ match: "logits.*", optimizer: { adam: { lr: 0.001 } } }]'
        = see: geoc explain W0042
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[8]
        y: Label(3)
      graph:
        - linear: { out: 16, bias: false }
        - relu
        - linear: { out: 3, bias: false }
          as: logits
      loss:
        cross_entropy: { logits: logits, target: y }
      train:
        optimizer: { muon: { lr: 0.02 } }
        groups:
          - { match: "logits.*", optimizer: { adam: { lr: 0.001 } } }
        epochs: 3
      ```

      Where it is meant so: `geoc check --allow matrix-rule-on-head`; to forbid it: `--deny matrix-rule-on-head`.

      """#,
    "W0043": #"""
      # W0043: a result depends on the basis that stands for a subspace

      A point of Grassmann is a subspace; what is stored is one of its bases, and every rotation of it stands for the same point.
      Ops that take `Grassmann(n, p)` give the same for all of them. `basis` hands out the stored one, so that a model that reads
      it depends on an accident: another start or a step of the optimizer may turn it.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[5, 2]
      graph:
        - parameter: { type: "Grassmann(5, 2)" }
          as: w
        - basis
        - inner:
          from: [basis_1, x]
      ```

      ```text
      warning[W0043]: 'basis_1' depends on the basis that stands for Grassmann(5, 2)
       --> spec.yaml:8:5
        |
      8 |   - basis
        |     ^^^^^
        |
        = help: 'projector' is the same for every basis
        = see: geoc explain W0043
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[5, 5]
      graph:
        - parameter: { type: "Grassmann(5, 2)" }
          as: w
        - projector
        - inner:
          from: [projector_1, x]
      ```

      Where it is meant so: `geoc check --allow reads-basis`; to forbid it: `--deny reads-basis`.

      """#,
  ]
}

// swift-format-ignore-file
/// Made from `docs/errors` by `GEOC_BLESS=1 swift test --filter geocTests`.
extension ErrorPages {
  static let e030: [String: String] = [
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
  ]
}

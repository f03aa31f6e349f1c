// swift-format-ignore-file
/// Made from `docs/errors` by `GEOC_BLESS=1 swift test --filter geocTests`.
extension ErrorPages {
  static let e013: [String: String] = [
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
  ]
}

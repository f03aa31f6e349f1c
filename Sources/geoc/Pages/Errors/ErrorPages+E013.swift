// swift-format-ignore-file
/// Made from `docs/errors` by `GEOC_BLESS=1 swift test --filter geocTests`.
extension ErrorPages {
  static let e013: [String: String] = [
    "E0132": #"""
      # E0132: a claim does not hold

      The spec promises a bound under `claims`, and the model exceeds it. Labels show which nodes need most. Make the model
      smaller, or raise the bound if the growth is meant.

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
  ]
}

// swift-format-ignore-file
/// Made from `docs/errors` by `GEOC_BLESS=1 swift test --filter geocTests`.
extension ErrorPages {
  static let e021: [String: String] = [
    "E0210": #"""
      # E0210: two sizes that must agree differ

      Two sizes that must be equal are not.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 3 }
          as: h
        - add:
          from: [h, x]
      ```

      ```text
      error[E0210]: add takes inputs of one shape, found R[3] and R[4]
       --> spec.yaml:8:5
        |
      4 |   x: R[4]
        |      ---- the input 'x' is an R[4]
      5 | graph:
      6 |   - linear: { out: 3 }
        |     ------ this makes an R[3]
      7 |     as: h
      8 |   - add:
        |     ^^^
        |
        = see: geoc explain E0210
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
        - add:
          from: [h, x]
      ```

      """#,
    "E0211": #"""
      # E0211: a loss is not one number per sample or batch

      A loss is one number for each sample, or one for the batch. `geoc ops` lists losses under `loss`; any other
      node can serve as one after a reduction.

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
        linear: { out: 1 }
      ```

      ```text
      error[E0211]: a loss is one number per sample, found R[1]
        --> spec.yaml:10:3
         |
      10 |   linear: { out: 1 }
         |   ^^^^^^ this makes an R[1]
         |
         = help: reduce it with 'mean'
         = see: geoc explain E0211
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

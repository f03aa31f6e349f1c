// swift-format-ignore-file
/// Made from `docs/errors` by `GEOC_BLESS=1 swift test --filter geocTests`.
extension ErrorPages {
  static let w001: [String: String] = [
    "W0017": #"""
      # W0017: the curvature bounds the logits, and the loss from below

      Points of a ball are kept a margin ε away from the sphere at infinity, so their logarithms are no longer than
      artanh(1 − ε)/√c. With K classes the cross-entropy of such logits cannot fall below ln(1 + (K − 1)e^{−R√(K/(K − 1))}).
      Take a smaller curvature, or scale the logits.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[16]
        y: Label(10)
      graph:
        - expmap0: { c: 1 }
        - poincare_linear: { out: 10 }
        - logmap0:
          as: logits
      loss:
        cross_entropy: { logits: logits, target: y }
      ```

      ```text
      warning[W0017]: the logits are at most 3.106 long, so cross_entropy cannot fall below 0.293
        --> spec.yaml:12:3
         |
       9 |   - logmap0:
         |     ------- points of Ball(10, c=1) end here
      ...
      12 |   cross_entropy: { logits: logits, target: y }
         |   ^^^^^^^^^^^^^
         |
         = help: a smaller curvature leaves more room: c=0.1 bounds the logits at 9.823
         = see: geoc explain W0017
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[16]
        y: Label(10)
      graph:
        - expmap0: { c: 0.1 }
        - poincare_linear: { out: 10 }
        - logmap0:
          as: logits
      loss:
        cross_entropy: { logits: logits, target: y }
      ```

      Where it is meant so: `geoc check --allow bounded-logits`; to forbid it: `--deny bounded-logits`.

      """#,
  ]
}

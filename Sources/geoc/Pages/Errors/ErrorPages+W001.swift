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
    "W0018": #"""
      # W0018: an allow comment names no lint

      A comment `# geoc: allow …` drops warnings by their code or name. This one has a name that is none, so that it drops
      nothing, or it names an error, which cannot be allowed.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]      # geoc: allow unused-imput
      graph:
        - linear: { out: 4 }
      ```

      ```text
      warning[W0018]: there is no lint 'unused-imput'
       --> spec.yaml:4:30
        |
      4 |   x: R[4]      # geoc: allow unused-imput
        |                              ^^^^^^^^^^^^
        |
        = help: did you mean 'unused-input'?
        = see: geoc explain W0018
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[4]
        z: R[4]      # geoc: allow unused-input
      graph:
        - linear: { out: 4 }
      ```

      """#,
    "W0019": #"""
      # W0019: nothing checks a claim

      `geoc check` decides budgets: `max_memory`, `max_parameters` and `max_flops`. Invariance, equivariance, invertibility and
      scale invariance cannot be read off the graph of ops, so that such a claim holds only as far as you have tested it
      otherwise. The warning is there so that a green check is not taken for a proof.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 4 }
      claims:
        - invertible
      ```

      ```text
      warning[W0019]: nothing here checks that the model is invertible
       --> spec.yaml:8:5
        |
      8 |   - invertible
        |     ^^^^^^^^^^
        |
        = note: 'check' decides max_memory, max_parameters and max_flops; other properties cannot be read off the graph
        = see: geoc explain W0019
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 4 }
      claims:
        - invertible      # geoc: allow unchecked-claim
      ```

      """#,
  ]
}

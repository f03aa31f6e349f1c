// swift-format-ignore-file
/// Made from `docs/errors` by `GEOC_BLESS=1 swift test --filter geocTests`.
extension ErrorPages {
  static let w001: [String: String] = [
    "W0012": #"""
      # W0012: an output does not depend on any input

      An output is the same for every sample: no input reaches it. Mostly a node reads a parameter where it should read the
      node before.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 3 }
          as: scores
        - parameter: { type: "R[3]" }
          as: offset
      outputs: [scores, offset]
      ```

      ```text
      warning[W0012]: the output 'offset' does not depend on any input
       --> spec.yaml:8:5
        |
      8 |   - parameter: { type: "R[3]" }
        |     ^^^^^^^^^
        |
        = help: read an input, or leave it out of 'outputs'
        = see: geoc explain W0012
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 3 }
          as: scores
        - parameter: { type: "R[3]" }
          as: offset
        - add:
          from: [scores, offset]
      outputs: [scores, add_1]
      ```

      Where it is meant so: `geoc check --allow constant-output`.

      """#,
    "W0013": #"""
      # W0013: a block's parameter is never used

      A block has a parameter that its nodes do not read: what a call gives for it has no effect.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
      blocks:
        hidden:
          params: { width: null }
          in: "R[?]"
          graph:
            - linear: { out: 8 }
      graph:
        - hidden: { width: 16 }
      ```

      ```text
      warning[W0013]: the block 'hidden' does not use its parameter 'width'
       --> spec.yaml:7:15
        |
      7 |     params: { width: null }
        |               ^^^^^
        |
        = help: write '$width' where its value belongs
        = see: geoc explain W0013
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[4]
      blocks:
        hidden:
          params: { width: null }
          in: "R[?]"
          graph:
            - linear: { out: $width }
      graph:
        - hidden: { width: 16 }
      ```

      Where it is meant so: `geoc check --allow unused-parameter`; to forbid it: `--deny unused-parameter`.

      """#,
    "W0014": #"""
      # W0014: a batch is too small for the statistics taken of it

      A batch normalisation takes the mean and the variance of each batch. Those of one sample are the sample itself and zero:
      the result no longer depends on the sample.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
        y: Label(3)
      graph:
        - batch_norm
        - linear: { out: 3 }
          as: logits
      loss:
        cross_entropy: { logits: logits, target: y }
      train:
        optimizer: { adam: { lr: 0.001 } }
        epochs: 3
        batch: 1
      ```

      ```text
      warning[W0014]: 'batch_norm_1' takes statistics of batches of one sample
       --> spec.yaml:7:5
        |
      7 |   - batch_norm
        |     ^^^^^^^^^^
        |
        = help: train with a larger 'batch'
        = see: geoc explain W0014
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[4]
        y: Label(3)
      graph:
        - batch_norm
        - linear: { out: 3 }
          as: logits
      loss:
        cross_entropy: { logits: logits, target: y }
      train:
        optimizer: { adam: { lr: 0.001 } }
        epochs: 3
        batch: 16
      ```

      Where it is meant so: `geoc check --allow small-batch`; to forbid it: `--deny small-batch`.

      """#,
    "W0016": #"""
      # W0016: weight decay acts on a scale-invariant weight

      `normalize_and_project` brings weights in front of a norm back to the length that they started with, after each step. What
      weight decay takes from that length comes back at once, so that the decay does nothing. It still acts on weights that are
      not projected: give the projected ones a group without it.

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
      loss:
        cross_entropy: { logits: logits, target: y }
      train:
        optimizer: { adamw: { lr: 0.001, weight_decay: 0.1 } }
        epochs: 3
      ```

      ```text
      warning[W0016]: weight decay does nothing to 'linear_1.weight': the projection restores what it takes
        --> spec.yaml:12:5
         |
      12 |   - normalize_and_project
         |     ^^^^^^^^^^^^^^^^^^^^^
         |
         = help: set 'weight_decay: 0' for projected weights, in a group of 'groups'
         = see: geoc explain W0016
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
        optimizer: { adamw: { lr: 0.001, weight_decay: 0.1 } }
        epochs: 3
        groups:
          linear_1.weight: { weight_decay: 0 }
      ```

      Where it is meant so: `geoc check --allow decay-on-scale-invariant`; to forbid it: `--deny decay-on-scale-invariant`.

      """#,
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

      `geoc check` tests invariance and equivariance on random elements of `O(n)`, `SO(n)`, `GL(n)`, `E(n)`, `SE(n)` or `S(n)`. It
      knows no elements of other groups: such a claim holds only as far as you have tested it yourself. The warning is there so
      that a green check is not taken for a test.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - inner:
          from: [x, x]
      claims:
        - invariant: U(2)
      ```

      ```text
      warning[W0019]: nothing here checks invariance under U(2)
       --> spec.yaml:9:5
        |
      9 |   - invariant: U(2)
        |     ^^^^^^^^^
        |
        = note: symmetries are tested on random elements of O(n), SO(n), GL(n), E(n), SE(n) and S(n)
        = see: geoc explain W0019
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - inner:
          from: [x, x]
      claims:
        - invariant: U(2)      # geoc: allow unchecked-claim
      ```

      """#,
  ]
}

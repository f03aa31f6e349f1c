// swift-format-ignore-file
/// Made from `docs/errors` by `GEOC_BLESS=1 swift test --filter geocTests`.
extension ErrorPages {
  static let w000: [String: String] = [
    "W0000": #"""
      # W0000: a file has more problems than are shown

      A file with very many problems shows the first of them and the number of the others. It is a note, not a problem of its
      own.

      ```console
      $ { printf 'geoc: 1\nmodel: example\ninputs:\n  x: R[4]\ngraph:\n'; for k in $(seq 300); do echo '  - reluu'; done; } > spec.yaml
      $ geoc check spec.yaml 2>&1 | tail -n 4

      note: 250 more problems in spec.yaml not shown

      300 errors
      ```

      Mended:

      ```console
      $ sed -i s/reluu/relu/ spec.yaml
      $ geoc check spec.yaml
      1 spec: no problems
      ```

      """#,
    "W0001": #"""
      # W0001: a node's value is never used

      The value of a node is read by no other node, no output and no loss, so computing it is in vain. Most often a
      `from` names the wrong value.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 4 }
          as: h
        - relu:
          from: x
      ```

      ```text
      warning[W0001]: the result of 'h' is not used
       --> spec.yaml:6:5
        |
      6 |   - linear: { out: 4 }
        |     ^^^^^^
        |
        = help: list it in 'outputs', read it with 'from', or remove the node
        = see: geoc explain W0001
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
        - relu:
          from: h
      ```

      Where it is meant so: `geoc check --allow unused-node`; to forbid it: `--deny unused-node`.

      """#,
    "W0002": #"""
      # W0002: an input is never used

      An input is bound and read from the file, but nothing uses it.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
        y: Label(3)
      graph:
        - linear: { out: 3 }
      ```

      ```text
      warning[W0002]: the input 'y' is not used
       --> spec.yaml:5:3
        |
      5 |   y: Label(3)
        |   ^
        |
        = see: geoc explain W0002
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 3 }
      ```

      Where it is meant so: `geoc check --allow unused-input`; to forbid it: `--deny unused-input`.

      """#,
    "W0003": #"""
      # W0003: a block is never called

      A block is defined, and no node calls it: mostly a call is misspelt, or was forgotten. Blocks of included files may stay
      unused.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
      blocks:
        hidden: { in: "R[?]", graph: [{ linear: { out: 8 } }, relu] }
      graph:
        - linear: { out: 3 }
      ```

      ```text
      warning[W0003]: the block 'hidden' is not used
       --> spec.yaml:6:3
        |
      6 |   hidden: { in: "R[?]", graph: [{ linear: { out: 8 } }, relu] }
        |   ^^^^^^
        |
        = see: geoc explain W0003
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[4]
      blocks:
        hidden: { in: "R[?]", graph: [{ linear: { out: 8 } }, relu] }
      graph:
        - hidden
        - linear: { out: 3 }
      ```

      Where it is meant so: `geoc check --allow unused-block`; to forbid it: `--deny unused-block`.

      """#,
    "W0004": #"""
      # W0004: a covariance has fewer samples than channels

      A covariance of c channels over fewer than c + 1 samples is singular, and a singular matrix has no logarithm.
      Take longer windows, give `eps`, or use an estimator that regularises by itself: `oas`, `ledoit_wolf`.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[32, 20]
      graph:
        - covariance: { estimator: scm }
        - logeig
      ```

      ```text
      warning[W0004]: a covariance of 32 channels from 20 samples is singular
       --> spec.yaml:6:5
        |
      6 |   - covariance: { estimator: scm }
        |     ^^^^^^^^^^ rank 20 at most
        |
        = help: give 'eps' or use 'estimator: oas'
        = see: geoc explain W0004
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[32, 200]
      graph:
        - covariance: { estimator: scm }
        - logeig
      ```

      Where it is meant so: `geoc check --allow rank-deficient`; to forbid it: `--deny rank-deficient`.

      """#,
    "W0005": #"""
      # W0005: a batch normalisation lacks the scale it needs

      The Bures-Wasserstein batch normalisation depends on the scale of its input: matrices with eigenvalues much
      larger than one fold over, and the layer is no longer injective. Divide the data by a typical eigenvalue
      before, with `cast` or `scale`, or normalise each matrix with `trace_normalize`.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[8, 200]
      graph:
        - covariance: { estimator: cov }
        - bwbn: { theta: 0.5 }
        - logeig
      ```

      ```text
      warning[W0005]: 'bwbn_1' normalises covariance matrices of unscaled data
       --> spec.yaml:7:5
        |
      7 |   - bwbn: { theta: 0.5 }
        |     ^^^^
        |
        = help: put 'trace_normalize' after the covariance, or 'cast: { scale: … }' before it, or standardize 'x'
        = see: geoc explain W0005
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[8, 200]
      graph:
        - covariance: { estimator: cov }
        - trace_normalize: { eps: 1.0e-5 }
        - bwbn: { theta: 0.5 }
        - logeig
      ```

      Where it is meant so: `geoc check --allow unscaled-normalization`; to forbid it: `--deny
      unscaled-normalization`.

      """#,
    "W0006": #"""
      # W0006: weight decay acts on a compact manifold

      On a compact space such as Stiefel all points have the same norm, so weight decay has nothing to shrink: its
      gradient is normal to the space and is projected away. Give the decay to the other parameters only.

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
        optimizer: { radam: { lr: 0.01, weight_decay: 0.1 } }
        epochs: 3
      ```

      ```text
      warning[W0006]: weight decay does nothing to 'bimap_1.weight'
        --> spec.yaml:15:35
         |
      15 |   optimizer: { radam: { lr: 0.01, weight_decay: 0.1 } }
         |                                   ^^^^^^^^^^^^ Stiefel(8, 4) has no direction to shrink in
         |
         = help: set it to 0 there: 'groups: [{ space: Stiefel, weight_decay: 0 }]'
         = see: geoc explain W0006
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
        optimizer: { radam: { lr: 0.01, weight_decay: 0.1 } }
        epochs: 3
        groups:
          - { space: Stiefel, weight_decay: 0 }
      ```

      Where it is meant so: `geoc check --allow decay-on-manifold`; to forbid it: `--deny decay-on-manifold`.

      """#,
    "W0008": #"""
      # W0008: logits pass through softmax before cross entropy

      `cross_entropy` takes logits and computes their softmax itself. Given probabilities it takes the softmax of a softmax,
      whose gradient is small everywhere, and the model learns slowly.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
        y: Label(3)
      graph:
        - linear: { out: 3 }
        - softmax:
          as: scores
      loss:
        cross_entropy: { logits: scores, target: y }
      ```

      ```text
      warning[W0008]: cross_entropy takes logits, but 'scores' are probabilities
        --> spec.yaml:11:3
         |
       8 |   - softmax:
         |     ------- the softmax
      ...
      11 |   cross_entropy: { logits: scores, target: y }
         |   ^^^^^^^^^^^^^
         |
         = help: give it what the softmax reads
         = see: geoc explain W0008
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

      Where it is meant so: `geoc check --allow double-softmax`; to forbid it: `--deny double-softmax`.

      """#,
    "W0009": #"""
      # W0009: an entry of 'dims' is never used

      A size in `dims` is never used: mostly a number stands where the name was meant, and would not follow when the size is
      changed.

      ```yaml fail
      geoc: 1
      model: example
      dims: { hidden: 16, classes: 3 }
      inputs:
        x: R[4]
      graph:
        - linear: { out: 16 }
        - relu
        - linear: { out: classes }
      ```

      ```text
      warning[W0009]: the size 'hidden' is not used
       --> spec.yaml:3:9
        |
      3 | dims: { hidden: 16, classes: 3 }
        |         ^^^^^^
        |
        = see: geoc explain W0009
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      dims: { hidden: 16, classes: 3 }
      inputs:
        x: R[4]
      graph:
        - linear: { out: hidden }
        - relu
        - linear: { out: classes }
      ```

      Where it is meant so: `geoc check --allow unused-dim`; to forbid it: `--deny unused-dim`.

      """#,
  ]
}

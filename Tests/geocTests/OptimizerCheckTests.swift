import Foundation
import Testing

@testable import geoc

/// What `geoc check` and the report say of optimizers: what cannot be stepped, what does nothing, what is proved.
@Suite struct OptimizerCheckTests {
  /// A small net of images with batch norm, and one parameter of each curved space beside it.
  private static func spec(_ train: String, claims: String = "[]", norm: String = "batch_norm") -> String {
    """
    geoc: 1
    model: net
    inputs:
      image: R[3, 8, 8]
      y: Label(4)
    graph:
      - conv2d: { out: 6, kernel: 3, bias: false }
      - \(norm)
      - relu
      - avg_pool2d: { kernel: 6 }
      - flatten
      - grassmann_head: { classes: 4, dim: 2 }
        as: logits
    loss:
      cross_entropy: { logits: logits, target: y }
    claims: \(claims)
    train:
      \(train)
      epochs: 1

    """
  }

  private static func check(_ text: String, _ arguments: String...) -> Run {
    Run(["check", "-"] + arguments, input: Array(text.utf8))
  }

  @Test func provedClaimsAreSilent() {
    let text = Self.spec("optimizer: { rsgd: { lr: 0.1 } }", claims: "[{ scale_invariant: [conv2d_1.weight] }]")
    let run = Self.check(text)
    #expect(run.status == .success && run.errors == "1 spec: no problems\n")
  }

  /// A tanh ends the proof, a bias has nothing to end, a subspace has no multiples.
  @Test func claimsThatAreNotProvedFail() throws {
    let text = Self.spec(
      "optimizer: { rsgd: { lr: 0.1 } }",
      claims: "[{ scale_invariant: [conv2d_1.weight, batch_norm_1.bias, logits.weight] }]",
      norm: "tanh\n  - batch_norm")
    let run = Self.check(text)
    #expect(run.status == .problems)
    try Repository.expect(run.errors, in: "Tests/geocTests/Golden/scale-claims.txt")
  }

  /// Outputs stand for the loss where there is none.
  @Test func claimsWithoutALossAreOfTheOutputs() {
    func check(_ graph: String) -> Run {
      Self.check(
        "geoc: 1\nmodel: m\ninputs: { x: \"R[4]\" }\ngraph:\n  - linear: { out: 3, bias: false }\n"
          + "    as: h\n\(graph)claims: [{ scale_invariant: [h.weight] }]\n")
    }
    #expect(check("  - layer_norm\n").status == .success)
    let bare = check("  - relu\n")
    #expect(bare.status == .problems)
    #expect(bare.errors.contains("'h.weight' is not proved scale-invariant: its scale reaches 'relu_1'"))
  }

  @Test func everyMistakeOfAnOptimizerIsSaid() throws {
    let cases: [(train: String, wanted: String)] = [
      (
        "optimizer: { rsgd: { lr: 0.1 } }\n  groups: { \"conv_*\": { lr: 0.2 } }",
        "error[E0127]: no parameter is named 'conv_*'"
      ),
      (
        "optimizer: { rsgd: { lr: 0.1 } }\n  groups: [{ space: Stiefel, lr: 0.2 }]",
        "error[E0127]: no parameter lies on Stiefel"
      ),
      (
        "optimizer: { rsgd: { lr: 0.1 } }\n  groups: [{ match: \"batch_norm_*\", optimizer: { muon: {} } }]",
        "error[E0307]: the optimizer 'muon' cannot step 'batch_norm_1.weight': it orthogonalises matrices, and this is R[6]"
      ),
      (
        "optimizer: { adamp: { lr: 0.1 } }",
        "error[E0307]: the optimizer 'adamp' cannot step 'logits.weight': it steps in arrays, and a straight step leaves "
          + "Grassmann(6, 2)[4]"
      ),
      (
        "optimizer: { rsgd: { lr: 0.1, qr_sign: lapak } }",
        "'lapak'"
      ),
      (
        "optimizer: { rsgd: { lr: 0.1, retraction: cayley } }",
        "cayley"
      ),
    ]
    for (train, wanted) in cases {
      let run = Self.check(Self.spec(train))
      #expect(run.status == .problems, "\(train)")
      #expect(run.errors.contains(wanted), "\(train): \(run.errors)")
    }
  }

  @Test func idleAndMisplacedSettingsAreWarnedOf() {
    let cases: [(train: String, wanted: String)] = [
      (
        "optimizer: { rsgd: { lr: 0.1, weight_decay: 0.1 } }",
        "warning[W0006]: weight decay does nothing to 'logits.weight'"
      ),
      ("optimizer: { sgd: { lr: 0.1 } }", "warning[W0041]: 'sgd' steps 'logits.weight' off the manifold"),
      (
        "optimizer: { rsgd: { lr: 0.1 } }\n  groups: [{ match: \"logits.*\", optimizer: { adamw: {} } }]",
        "warning[W0041]: 'adamw' steps 'logits.weight' off the manifold"
      ),
    ]
    for (train, wanted) in cases {
      let run = Self.check(Self.spec(train))
      #expect(run.status == .success)
      #expect(run.errors.contains(wanted), "\(run.errors)")
    }
  }

  @Test func hiddenMatricesOnly() {
    func check(_ groups: String) -> Run {
      Self.check(
        """
        geoc: 1
        model: m
        inputs: { x: "R[4]", y: Label(3) }
        graph:
          - linear: { out: 8, bias: false }
          - layer_norm: { affine: false }
          - relu
          - linear: { out: 3, bias: false }
            as: scores
          - scale: { by: 2 }
        loss: { cross_entropy: { logits: scale_1, target: y } }
        train: { optimizer: { hybrid_auon: { lr: 0.1 } }, epochs: 1\(groups) }

        """)
    }
    let all = check("")
    #expect(all.status == .success)
    #expect(all.errors.contains("warning[W0042]: 'hybrid_auon' steps 'scores.weight', the weight of the head"))
    #expect(!all.errors.contains("linear_1"))
    let split = check(", groups: [{ match: \"scores.*\", optimizer: { adam: { lr: 0.01 } } }]")
    #expect(split.errors == "1 spec: no problems\n")
  }

  /// A subspace may be read by ops that are the same for every basis, and by no others.
  @Test func basesAreNotRead() {
    func check(_ nodes: String) -> Run {
      Self.check(
        "geoc: 1\nmodel: m\ninputs: { g: \"R[5, 2]\", s: \"R[5, 5]\" }\ngraph:\n"
          + "  - parameter: { type: \"Grassmann(5, 2)\" }\n    as: w\n\(nodes)", "--allow", "unused-input")
    }
    let inner = check("  - inner:\n    from: [w, g]\n")
    #expect(inner.status == .problems)
    #expect(inner.errors.contains("error[E0204]: inner would read the basis that is stored for Grassmann(5, 2)"))
    #expect(inner.errors.contains("help: use what is the same for every basis, such as 'projector'"))
    #expect(check("  - permute: { order: [1, 0] }\n").status == .problems)
    #expect(check("  - linear: { out: 2 }\n").status == .problems)
    #expect(check("  - projector\n  - inner:\n    from: [projector_1, s]\n").errors == "1 spec: no problems\n")
    #expect(check("  - stop_gradient\n  - projector\n  - inner:\n    from: [projector_1, s]\n").status == .success)
    let basis = check("  - basis\n  - inner:\n    from: [basis_1, g]\n")
    #expect(basis.status == .success)
    #expect(basis.errors.contains("warning[W0043]: 'basis_1' depends on the basis that stands for Grassmann(5, 2)"))
  }

  /// Space, proof, rule, cost and idle settings of every parameter.
  @Test func reportOfParameters() throws {
    let text = Self.spec(
      "optimizer: { rsgd: { lr: 0.1, momentum: 0.9, weight_decay: 0.01, lr_factor: 2 } }\n"
        + "  groups: [{ match: \"conv2d_*\", optimizer: { auon: { lr: 0.05, weight_decay: 0.1 } } }, "
        + "{ match: \"batch_norm_*\", optimizer: { adamp: { lr: 0.01 } } }]")
    let run = Run(["compile", "-", "--report", "--function", "step"], input: Array(text.utf8))
    #expect(run.status == .success)
    let lines = run.output.split(separator: "\n").filter { $0.contains(" FLOPs and ") }.map { $0.dropFirst(24) }
    try Repository.expect(lines.joined(separator: "\n") + "\n", in: "Tests/geocTests/Golden/report-parameters.txt")
  }
}

import Testing

@testable import geoc

/// What `passes: normalize_and_project` does to models, and what it warns of.
@Suite struct RewriteTests {
  static func network(_ graph: String, pass: String = "normalize_and_project", train: String = "sgd: { lr: 0.1 }")
    -> String
  {
    """
    geoc: 1
    model: net
    inputs: { x: "R[8]", image: "R[2, 6, 6]", y: Label(3) }
    graph:
    \(graph.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
      - linear: { out: 3 }
        as: logits
    passes: [\(pass)]
    loss: { cross_entropy: { logits: logits, target: y } }
    train: { optimizer: { \(train) }, epochs: 1 }

    """
  }

  /// The report's line of a parameter.
  private func line(_ name: String, _ spec: String) throws -> String {
    let run = Run("compile", "-", "--report", "--function", "step", input: spec)
    #expect(run.status == .success, "\(run.errors)")
    let line = run.output.split(separator: "\n").first { $0.contains(" \(name); ") }
    return String(try #require(line, "\(run.output)"))
  }

  @Test func saysWhatIsProved() throws {
    let spec = Self.network(
      "- linear: { out: 8 }\n  as: a\n- relu: {}\n  as: r\n- linear: { out: 8, bias: false }\n  as: b\n"
        + "- add:\n  from: [b, x]\n- tanh")
    #expect(try line("a.weight", spec).hasSuffix("projected after every step: function unchanged (proof)"))
    #expect(try line("b.weight", spec).contains("scale-invariance ends at 'add_1'"))
    #expect(try line("b.weight", spec).hasSuffix("not projected: its norm counts"))
    #expect(try line("logits.weight", spec).hasSuffix("not projected: output layer"))
    #expect(try line("a.norm.weight", spec).hasSuffix("pulled to 1 by 0.01 after every step"))
    #expect(!Run("compile", "-", "--report", input: spec).output.contains(" a.bias; "))
  }

  /// Scale and offset together, in front of relu and another norm; not in front of tanh or of the output.
  @Test func saysWhatIsProvedOfScaleAndOffset() throws {
    func spec(_ act: String) -> String {
      Self.network(
        "- linear: { out: 8 }\n  as: a\n- \(act)\n- linear: { out: 8 }\n  as: b\n- relu",
        pass: "normalize_and_project: { scale_offset: joint, project_every: 5 }")
    }
    let ending = "together with 'a.norm.bias' after every 5 steps: function unchanged (proof)"
    #expect(try line("a.norm.weight", spec("relu")).hasSuffix(ending))
    #expect(try line("a.norm.weight", spec("tanh")).contains("changes the function, joint scale-invariance ends at"))
    #expect(try line("b.norm.weight", spec("relu")).contains("changes the function, joint scale-invariance ends at"))
  }

  /// Channels of images are normalised at each pixel; norms that stand there already stay.
  @Test func imagesAndNormsThatAreThere() throws {
    let spec = Self.network(
      "- conv2d: { out: 4, kernel: 3 }\n  from: image\n  as: c\n- relu\n- conv2d: { out: 4, kernel: 3 }\n  as: d\n"
        + "- batch_norm: {}\n  as: n\n- relu\n- flatten")
    let ir = Run("compile", "-", "--emit", "ir", input: spec).output
    #expect(
      ir.contains("%c.norm = layer_norm(") && ir.contains("order = [1, 2, 0]") && ir.contains("order = [2, 0, 1]"))
    #expect(ir.contains("%c.norm.weight: param R[4] = \"ones\"") && !ir.contains("%c.bias") && !ir.contains("n.norm"))
    #expect(try line("c.weight", spec).hasSuffix("function unchanged (proof)"))
    #expect(try line("n.weight", spec).hasSuffix("pulled to 1 by 0.01 after every step"))
    #expect(!ir.contains("%d.bias"))
    #expect(try line("d.weight", spec).hasSuffix("function unchanged (proof)"))
  }

  @Test func groupsSeeTheParametersOfNorms() throws {
    let spec = Self.network("- linear: { out: 8 }\n  as: a\n- relu") + "\n"
    let run = Run(
      "compile", "-", "--report", "--set", "train.groups={ a.norm.weight: { lr: 0.5 } }", input: spec)
    #expect(run.output.contains("a.norm.weight; R[8]; scale-invariance ends at 'a.norm'; sgd at rate 0.5"))
    let gone = Run("check", "-", "--set", "train.groups={ a.bias: { lr: 0.5 } }", input: spec)
    #expect(gone.errors.contains("no parameter is named 'a.bias'"))
  }

  @Test(arguments: [
    (
      "- linear: { out: 1 }\n- relu", "normalize_and_project", "sgd: { lr: 0.1 }", "W0031",
      "gives 0, whatever the number"
    ),
    (
      "- linear: { out: 8 }\n- relu", "normalize_and_project: { project_output: true }", "sgd: { lr: 0.1 }", "W0032",
      "projecting 'logits.weight' changes what the model computes"
    ),
    (
      "- linear: { out: 8 }\n- relu", "normalize_and_project", "adamw: { lr: 0.1, weight_decay: 0.1 }", "W0016",
      "weight decay does nothing to 'linear_1.weight'"
    ),
  ]) func warns(_ graph: String, _ pass: String, _ train: String, _ code: String, _ message: String) {
    let run = Run("check", "-", input: Self.network(graph, pass: pass, train: train))
    #expect(run.status == .success)
    #expect(run.errors.contains("warning[\(code)]") && run.errors.contains(message), "\(run.errors)")
  }

  @Test(arguments: [
    ("- linear: { out: 8 }", "normalize_and_project", "E0305", "finds nothing to do"),
    ("- relu", "invert", "E0137", "'invert' is not supported"),
    ("- linear: { out: 8 }\n- relu", "normalize_and_project, normalize_and_project", "E0309", "asked for twice"),
    ("- linear: { out: 8 }\n- relu", "normalize_and_project: { norm: batch }", "E0108", "norm"),
    ("- linear: { out: 8 }\n- relu", "normalize_and_project: { project_every: -1 }", "E0107", "project_every"),
    ("- linear: { out: 8 }\n- relu", "normalize_and_project: { every: 1 }", "E0105", "every"),
  ]) func refuses(_ graph: String, _ pass: String, _ code: String, _ message: String) {
    let run = Run("check", "-", input: Self.network(graph, pass: pass))
    #expect(run.status == .problems)
    #expect(run.errors.contains("error[\(code)]") && run.errors.contains(message), "\(run.errors)")
  }
}

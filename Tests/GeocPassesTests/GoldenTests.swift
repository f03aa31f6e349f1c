import Foundation
import GeocIR
import GeocOps
import GeocPasses
import Testing

/// A pass on a small function, with the text that must come out in `Golden/<name>.ir`.
struct GoldenCase: Sendable, CustomTestStringConvertible {
  let name: String
  /// A function `@f` as IR text.
  let input: String
  let rewrite: @Sendable (Function, inout PassReport) throws -> [Function]
  /// Whether the rewrite takes its own result.
  var isRepeatable = true

  var testDescription: String { name }

  init(_ name: String, _ pass: any Pass.Type, _ input: String) {
    self.name = name
    self.input = input
    rewrite = { f, report in [try pass.run(f, PassOptions(registry: Catalogue.registry), &report)] }
  }

  init(
    _ name: String, _ input: String, _ rewrite: @escaping @Sendable (Function, inout PassReport) throws -> [Function]
  ) {
    self.name = name
    self.input = input
    self.rewrite = rewrite
    isRepeatable = false
  }

  func function() throws -> Function {
    let module = try IRParser.module("geoc.ir 1 model golden dtype f64\n" + input, spaces: Catalogue.registry.spaces)
    return try #require(module["f"])
  }
}

/// The text after each pass. `GEOC_BLESS=1` in the environment writes the files.
@Suite struct GoldenTests {
  static let cases: [GoldenCase] = [
    GoldenCase(
      "inline", Inline.self,
      """
      func @f layers (%x: input [B] SPD(3), %n.bias: param SPD(3), %n.running_mean: state SPD(3)) -> ("y": %n, "s": %1) {
        %n, %1 = airm_bn(%x, %n.bias, %n.running_mean) {eps = 1e-05, karcher_iterations = 1, mode = eval, momentum = 0.1, variance = false} : [B] SPD(3), SPD(3)  !4:5 at "n"
      }
      """),
    GoldenCase(
      "fuse-maps", FuseMaps.self,
      """
      func @f layers (%x: input [B] Sym(3)) -> ("y": %l2, "z": %e) {
        %r = reeig(%x) {eps = 0.1} : [B] SPD(3, min=0.1)  !1:3 at "r"
        %r2 = reeig(%r) {eps = 0.05} : [B] SPD(3, min=0.1)  !2:3 at "r2"
        %l = logeig(%r2) : [B] Sym(3)  !3:3 at "l"
        %e = expeig(%l) : [B] SPD(3)  !4:3 at "e"
        %l2 = logeig(%e) : [B] Sym(3)  !5:3 at "l2"
      }
      """),
    GoldenCase(
      "guard-clamps", GuardClamps.self,
      """
      func @f layers (%x: input [B] Sym(3)) -> ("y": %r, "l": %l) {
        %r = spectral(%x) {f = spectral<max(0.1)>} : [B] SPD(3, min=0.1)  !1:3 at "r"
        %l = spectral(%x) {f = spectral<max(0.1) |> log>} : [B] Sym(3)  !2:3 at "l"
      }
      """),
    GoldenCase(
      "differentiate",
      """
      func @f layers (%x: input [B] SPD(4), %b.weight: param Stiefel(4, 3)) -> ("y": %v) {
        %b = bimap(%x, %b.weight) {channels = 1, out = 3} : [B] SPD(3)  !1:3 at "b"
        %l = spectral(%b) {f = spectral<max(0.1) |> log>} : [B] Sym(3)  !2:3 at "l"
        %v = vech(%l) : [B] R[6]  !3:3 at "v"
      }
      """,
      { f, report in
        [
          try Differentiate.run(
            f, seeds: [.init(result: "y", cotangent: "cotangent.y")], wants: { $0.kind != .cotangent },
            options: PassOptions(registry: Catalogue.registry), &report)
        ]
      }),
    GoldenCase(
      "insert-step",
      """
      func @f layers (%w: param Stiefel(4, 2), %b: param R[3], %gw: input R[4, 2], %gb: input R[3]) -> ("grad.w": %gw, "grad.b": %gb) {
      }
      """,
      { f, _ in
        let rule = try #require(Catalogue.registry.optimizers["rsgd"])
        var attributes = Attributes()
        for p in rule.signature.parameters { attributes[p.name] = p.defaultValue }
        attributes["lr"] = .real(0.1)
        attributes["momentum"] = .real(0.9)
        let optimizer = OptimizerDescription(
          name: "rsgd", attributes: attributes,
          groups: [.init(pattern: "b", overrides: Attributes(["lr": .real(0.05), "momentum": .real(0)]))], clip: 5)
        return [try InsertStep.run(f, optimizer: optimizer, registry: Catalogue.registry)]
      }),
    GoldenCase(
      "expand", Expand.self,
      """
      func @f layers (%x: input [B] SPD(4), %b.weight: param Stiefel(4, 3)) -> ("y": %v) {
        %b = bimap(%x, %b.weight) {channels = 1, out = 3} : [B] SPD(3)  !1:3 at "b"
        %l = logeig(%b) : [B] Sym(3)  !2:3 at "l"
        %v = vech(%l) : [B] R[6]  !3:3 at "v"
      }
      """),
    GoldenCase(
      "share", Share.self,
      """
      func @f core (%x: input [B] R[3, 3]) -> ("v": %v, "a": %a, "b": %b, "w3": %w3) {
        %v = eigvals(%x) : [B] R[3]  !1:3
        %w, %u = eigh(%x) : [B] R[3], [B] R[3, 3]  !2:3
        %w1, %u1 = eigh(%x) : [B] R[3], [B] R[3, 3]  !3:3
        %a = spectral_rebuild(%w1, %u1) {f = spectral<pow(0.5)>} : [B] R[3, 3]  !4:3
        %w2, %u2 = eigh(%a) : [B] R[3], [B] R[3, 3]  !5:3
        %b = spectral_rebuild(%w2, %u2) {f = spectral<log>} : [B] R[3, 3]  !6:3
        %w3 = eigvals(%b) : [B] R[3]  !7:3
      }
      """),
    GoldenCase(
      "share-half-of-a-congruence", Share.self,
      """
      func @f core (%x: input [B] R[4, 4], %w: param R[4, 3], %v: param R[3, 4], %g: input [B] R[3, 3]) -> ("y": %y, "z": %z, "d": %d, "p": %p, "q": %q) {
        %y = congruence(%w, %x) {half = false, transpose = false} : [B] R[3, 3]  !1:3
        %z = congruence(%v, %x) {half = false, transpose = true} : [B] R[3, 3]  !2:3
        %h = matmul(%x, %w) {ta = false, tb = false} : [B] R[4, 3]  !3:3
        %d = matmul(%h, %g) {ta = false, tb = false} : [B] R[4, 3]  !4:3
        %p = matmul(%x, %v) {ta = false, tb = true} : [B] R[4, 3]  !5:3
        %q = matmul(%x, %w) {ta = true, tb = false} : [B] R[4, 3]  !6:3
      }
      """),
    GoldenCase(
      "simplify", Simplify.self,
      """
      func @f core (%x: input [B] R[4, 4], %a: input [B] R[4, 2], %w: param R[4, 3], %v: param R[3, 2]) -> ("s": %s, "m": %m, "n": %n, "p": %p, "c": %c, "t": %t) {
        %k = syrk(%a) {alpha = 1.0} : [B] R[4, 4]  !1:3
        %s = sym(%k) : [B] R[4, 4]  !2:3
        %y = matmul(%x, %a) {ta = true, tb = false} : [B] R[4, 2]  !3:3
        %m = batch_sum(%y) : R[4, 2]  !4:3
        %u = matmul(%a, %v) {ta = false, tb = true} : [B] R[4, 3]  !4:3
        %u2 = map(%u) {expr = expr<2.0 * x0>} : [B] R[4, 3]  !4:3
        %n = batch_sum(%u2) : R[4, 3]  !4:3
        %r = reshape(%a) {shape = [8]} : [B] R[8]  !5:3
        %p = reshape(%r) {shape = [2, 4]} : [B] R[2, 4]  !6:3
        %d = congruence(%w, %x) {transpose = false} : [B] R[3, 3]  !7:3
        %c = congruence(%v, %d) {transpose = false} : [B] R[2, 2]  !8:3
        %t1 = transpose(%a) : [B] R[2, 4]  !9:3
        %t2 = transpose(%t1) : [B] R[4, 2]  !10:3
        %t = map(%t2) {expr = expr<x0>} : [B] R[4, 2]  !11:3
      }
      """),
    GoldenCase(
      "fuse-elementwise", FuseElementwise.self,
      """
      func @f core (%x: input [B] R[4], %c: param R) -> ("y": %y, "z": %z) {
        %a = map(%x, %c) {expr = expr<x0 * x1>} : [B] R[4]  !1:3
        %b = map(%a) {expr = expr<exp(x0)>} : [B] R[4]  !2:3
        %y = map(%b, %x) {expr = expr<x0 + x1>} : [B] R[4]  !3:3
        %d = map(%x) {expr = expr<tanh(x0)>} : [B] R[4]  !4:3
        %e = map(%d) {expr = expr<x0 * x0>} : [B] R[4]  !5:3
        %z = map(%e, %d) {expr = expr<x0 - x1>} : [B] R[4]  !6:3
      }
      """),
    GoldenCase(
      "split-maps", SplitMaps.self,
      """
      func @f core (%x: input [B] R[3, 3], %w: param R[3], %v: param R[3, 1], %i: param R[3, 3], %s: param R) -> ("y": %y, "z": %z, "u": %u) {
        %y = map(%x, %w, %v, %i) {expr = expr<sqrt((x1 + x2) / (2.0 * x1 * x2)) * x0 + (1.0 - x1) * x3>} : [B] R[3, 3]  !1:3 at "layer"
        %z = map(%x, %w, %v) {expr = expr<x0 / sqrt((x1 + x2) / (2.0 * x1 * x2))>} : [B] R[3, 3]  !2:3 at "layer"
        %u = map(%x, %w, %s) {expr = expr<x0 * (2.0 * x1) + rsqrt(x2 + 1e-05)>} : [B] R[3, 3]  !3:3 at "layer"
      }
      """),
    GoldenCase(
      "merge-maps", MergeMaps.self,
      """
      func @f core (%w: param R[4, 3], %g: param R[4, 3], %m: param R[4, 3], %r: param R) -> ("m": %n, "w": %y, "z": %z) {
        %n = map(%m, %g) {expr = expr<0.9 * x0 + x1>} : R[4, 3]  !1:3 at "w"
        %a = map(%n, %n) {expr = expr<x0 * x1>} : R[4, 3]  !2:3 at "w"
        %s = reduce(%a) {axes = [1], keep = true, kind = sum} : R[4, 1]  !3:3 at "w"
        %p = map(%n, %w) {expr = expr<x0 * x1>} : R[4, 3]  !4:3 at "w"
        %t = reduce(%p) {axes = [1], keep = true, kind = sum} : R[4, 1]  !5:3 at "w"
        %y = map(%w, %n, %r) {expr = expr<x0 - x1 * x2>} : R[4, 3]  !6:3 at "w"
        %z = map(%n, %s, %t) {expr = expr<x0 / (x1 + x2)>} : R[4, 3]  !7:3 at "w"
      }
      """),
    GoldenCase(
      "merge-maps-of-a-batch", MergeMaps.self,
      """
      func @f core (%x: input [B] R[4], %d: input [B] R[4], %w: param R[4]) -> ("a": %a, "b": %b, "c": %c) {
        %a = map(%x, %w, %d) {expr = expr<cosh(x0 * x1) * x1 * x2>} : [B] R[4]  !1:3 at "layer"
        %b = map(%x, %w, %d) {expr = expr<cosh(x0 * x1) * x0 * x2>} : [B] R[4]  !1:3 at "layer"
        %c = map(%x, %w) {expr = expr<sqrt(x0 * x1)>} : [B] R[4]  !2:3 at "layer"
      }
      """),
    GoldenCase(
      "prune", Prune.self,
      """
      func @f core (%x: input [B] R[4], %unused: param R[2]) -> ("y": %y) {
        %a = map(%x) {expr = expr<exp(x0)>} : [B] R[4]  !1:3
        %b = map(%a) {expr = expr<log(x0)>} : [B] R[4]  !2:3
        %y = map(%x) {expr = expr<tanh(x0)>} : [B] R[4]  !3:3
      }
      """),
    GoldenCase(
      "hoist",
      """
      func @f core (%x: input [B] R[3, 3], %w: param R[3, 3]) -> ("y": %y) {
        %i = fill() {shape = [3], value = 1.0} : R[3]
        %s = syrk(%w) {alpha = 1.0} : R[3, 3]  !1:3
        %d = diagonal_matrix(%i) : R[3, 3]  !2:3
        %r = map(%s, %d) {expr = expr<x0 + x1>} : R[3, 3]  !3:3
        %y = matmul(%x, %r) {ta = false, tb = false} : [B] R[3, 3]  !4:3
      }
      """,
      { f, _ in
        let split = try #require(try Hoist.run(f, registry: Catalogue.registry))
        return [split.prepare, split.main]
      }),
    GoldenCase(
      "normalize-and-project",
      """
      func @f layers (%x: input [B] R[3], %i: input [B] R[2, 4, 4], %h.weight: param R[4, 3] = "uniform_fan_in", %h.bias: param R[4] = "uniform_fan_in(3)", %c.weight: param R[2, 2, 1, 1] = "uniform_fan_in", %c.bias: param R[2] = "zeros", %o.weight: param R[2, 36] = "uniform_fan_in", %o.bias: param R[2] = "zeros", %n.weight: param R[2] = "ones") -> ("y": %o) {
        %h = linear(%x, %h.weight, %h.bias) {bias = true, init = uniform_fan_in, out = 4} : [B] R[4]  !1:3 at "h"
        %t = tanh(%h) : [B] R[4]  !2:3 at "t"
        %c = conv2d(%i, %c.weight, %c.bias) {bias = true, init = uniform_fan_in, kernel = 1, out = 2, padding = 0, stride = 1} : [B] R[2, 4, 4]  !3:3 at "c"
        %r = relu(%c) : [B] R[2, 4, 4]  !4:3 at "r"
        %q = add(%r, %c) : [B] R[2, 4, 4]  !5:3 at "q"
        %f = flatten(%q) : [B] R[32]  !6:3 at "f"
        %j = concat(%f, %t) {axis = 0} : [B] R[36]  !7:3 at "j"
        %o = linear(%j, %o.weight, %o.bias) {bias = true, init = uniform_fan_in, out = 2} : [B] R[2]  !8:3 at "o"
      }
      """,
      { f, report in
        let rewrite = try #require(Catalogue.registry.rewrites.first { $0.name == "normalize_and_project" })
        var attributes = Attributes()
        for p in rewrite.signature.parameters { attributes[p.name] = p.defaultValue }
        var model = RewrittenModel(forward: f)
        try rewrite.run(&model, attributes, Catalogue.registry)
        for note in model.changes { report.record(note.rewrite, f, note.message, at: note.origin) }
        #expect(model.projections.map(\.weights) == [["h.weight", "c.weight"]])
        #expect(model.projections.map(\.outputs) == [["o.weight"]])
        return [model.forward]
      }),
    GoldenCase(
      "projection-step",
      """
      func @f layers (%g: input R[2, 3], %w: param R[2, 3], %s: param R[3], %b: param R[3]) -> ("grad.w": %g, "grad.s": %s, "grad.b": %b) {
      }
      """,
      { f, _ in
        let rule = try #require(Catalogue.registry.optimizers["sgd"])
        var attributes = Attributes()
        for p in rule.signature.parameters { attributes[p.name] = p.defaultValue }
        attributes["lr"] = .real(0.5)
        return try [Projection.Treatment.decay(rate: 0.25), .joint].map { treatment in
          var optimizer = OptimizerDescription(name: "sgd", attributes: attributes)
          optimizer.projections = [
            Projection(
              rewrite: "test", weights: ["w"], norms: [.init(scale: "s", offset: "b")],
              every: treatment == .joint ? 1 : 3, treatment: treatment)
          ]
          return try InsertStep.run(f, optimizer: optimizer, scale: ["w": .layer], registry: Catalogue.registry)
        }
      }),
    GoldenCase(
      "insert-search",
      """
      func @f layers (%x: input [B] R[2], %y: input [B] Label(2), %w: param R[1, 2] = "zeros", %b: param R[1] = "zeros") -> ("loss": %s) {
        %z = linear(%x, %w, %b) {bias = true, init = zeros, out = 1} : [B] R[1]  !1:3 at "z"
        %e = binary_cross_entropy(%z, %y) : [B] R  !2:3 at "binary_cross_entropy_1"
        %t = batch_sum(%e) : R  !2:3 at "loss"
        %n = batch_size() : R  !2:3 at "loss"
        %m = map(%t, %n) {expr = expr<x0 / x1>} : R  !2:3 at "loss"
        %p = l2_penalty(%w) : R  !3:3 at "l2_penalty_1"
        %s = map(%m, %p) {expr = expr<x0 + 0.5 * x1>} : R  !3:3 at "loss"
      }
      """, { f, _ in try search(f, "exact", [.curvature, .trial, .spectrum]) }),
    GoldenCase(
      "insert-search-rows",
      """
      func @f layers (%x: input [B] R[4], %y: input [B] Label(3), %w: param R[3, 4] = "zeros", %b: param R[3] = "zeros") -> ("loss": %s) {
        %z = linear(%x, %w, %b) {bias = true, init = zeros, out = 3} : [B] R[3]  !1:3 at "z"
        %e = cross_entropy(%z, %y) : [B] R  !2:3 at "cross_entropy_1"
        %t = batch_sum(%e) : R  !2:3 at "loss"
        %n = batch_size() : R  !2:3 at "loss"
        %m = map(%t, %n) {expr = expr<x0 / x1>} : R  !2:3 at "loss"
        %p = l2_penalty(%w) : R  !3:3 at "l2_penalty_1"
        %s = map(%m, %p) {expr = expr<x0 + 0.5 * x1>} : R  !3:3 at "loss"
      }
      """, { f, _ in try search(f, "exact", [.curvatureByRows, .trialByRows]) }),
    GoldenCase(
      "insert-search-factors",
      """
      func @f layers (%w: param R[3] = "ones") -> ("loss": %s) {
        %g = inner(%w, %w) : R  !1:3 at "g"
        %e = norm_power(%g) {p = 4} : R  !2:3 at "norm_power_1"
        %p = l2_penalty(%w) : R  !3:3 at "l2_penalty_1"
        %s = map(%e, %p) {expr = expr<x0 + 0.5 * x1>} : R  !3:3 at "loss"
      }
      """, { f, _ in try search(f, "gauss_newton", [.curvature, .trial, .spectrum]) }),
    GoldenCase(
      "fit-functions",
      """
      func @f layers (%x: input [B] SPD(2), %y: input [B] Label(2), %d.means: state SPD(2)[2] = "identity", %l.weight: state R[2, 3] = "zeros", %l.bias: state R[2] = "zeros") -> ("d": %d, "l": %l, "state.d.means": %6, "state.l.weight": %9, "state.l.bias": %10) {
        %d, %6 = mdm(%x, %y, %d.means) {iterations = 500, metric = log_euclidean, tol = 1e-08} : [B] R[2], SPD(2)[2]  !1:3 at "d"
        %v = vech(%x) : [B] R[3]  !2:3 at "v"
        %l, %9, %10 = logistic_regression(%v, %y, %l.weight, %l.bias) {C = 2.0, iterations = 10000} : [B] R[2], R[2, 3], R[2]  !3:3 at "l"
      }
      """,
      { f, _ in
        let parts: [(node: String, part: FitDescription.Part)] = [
          ("d", .start), ("d", .iterate), ("l", .features), ("l", .objective),
        ]
        let options = PassOptions(registry: Catalogue.registry)
        return try parts.map {
          try Pipeline.compile(f, for: .fit(node: $0.node, part: $0.part), optimizer: nil, options: options).layers
        }
      }),
    GoldenCase(
      "specialize",
      """
      func @f layers (%x: input [B] R[4], %unused: input [B] R[2]) -> ("y": %d, "loss": %l) {
        %d = dropout(%x) {p = 0.5, stream = 0} : [B] R[4]  !1:3 at "d"
        %l = inner(%d, %x) : [B] R  !2:3 at "l"
      }
      """,
      { f, _ in
        [
          try Specialize.run(f, name: "predict", mode: "eval", registry: Catalogue.registry) { $0 == "y" },
          try Specialize.run(f, name: "train", mode: "train", registry: Catalogue.registry) { _ in true },
        ]
      }),
    GoldenCase(
      "initialize",
      """
      func @f layers (%x: input [B] SPD(4), %w: param Stiefel(4, 2) = "orthogonal", %m: state SPD(2) = "identity", %b: param R[3] = "uniform_fan_in(5)", %v: state R = "ones") -> ("y": %x) {
      }
      """,
      { f, _ in
        let options = PassOptions(registry: Catalogue.registry)
        return [try Pipeline.compile(f, for: .initialize, optimizer: nil, options: options).layers]
      }),
  ]

  /// The functions of a search by `gns` with its defaults, as the pass leaves them.
  private static func search(_ f: Function, _ hessian: String, _ purposes: [Pipeline.Purpose]) throws -> [Function] {
    let rule = try #require(Catalogue.registry.optimizers["gns"])
    var attributes = Attributes()
    for p in rule.signature.parameters { attributes[p.name] = p.defaultValue }
    attributes["hessian"] = .name(hessian)
    let optimizer = OptimizerDescription(name: "gns", attributes: attributes)
    return try purposes.map { purpose in
      let outcome = try Pipeline.compile(
        f, for: purpose, optimizer: optimizer, options: PassOptions(registry: Catalogue.registry))
      return try #require(outcome.stages.first { $0.pass == "insert-search" }).function
    }
  }

  /// Input, output and report in one text.
  private static func text(_ test: GoldenCase) throws -> (text: String, functions: [Function]) {
    var report = PassReport()
    let f = try test.function()
    #expect(Verifier.problems(f, Catalogue.registry) == [])
    let functions = try test.rewrite(f, &report)
    var text = IRPrinter.print(f)
    for (k, function) in functions.enumerated() {
      var renamed = function
      renamed.name = "after_\(k)_\(function.name)"
      text += "\n" + IRPrinter.print(renamed)
    }
    for entry in report.entries { text += "report: \(entry.message) !\(entry.origin.line):\(entry.origin.column)\n" }
    return (text, functions)
  }

  @Test(arguments: cases)
  func givesTheTextOnFile(test: GoldenCase) throws {
    let (text, functions) = try Self.text(test)
    for f in functions {
      #expect(Verifier.problems(f, Catalogue.registry) == [])
      for node in f.nodes {
        let hasOrigin = node.origin.line > 0 || !node.origin.pass.isEmpty || node.op == "fill"
        #expect(hasOrigin, "\(IRPrinter.print(node, f)) has no origin")
      }
    }
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(test.name).ir")
    if ProcessInfo.processInfo.environment["GEOC_BLESS"] == "1" {
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    #expect(text == (try String(contentsOf: file, encoding: .utf8)))
  }

  @Test(arguments: cases.filter(\.isRepeatable))
  func changesNothingTheSecondTime(test: GoldenCase) throws {
    var report = PassReport()
    let once = try test.rewrite(try test.function(), &report)
    let twice = try test.rewrite(try #require(once.first), &report)
    #expect(twice.map(IRPrinter.print) == once.map(IRPrinter.print))
  }

  /// A whole network, pass by pass: each result is a fixed point of its pass.
  @Test(arguments: EquivalenceTests.networks)
  func everyPassIsIdempotent(network: Network) throws {
    let options = PassOptions(registry: Catalogue.registry)
    let outcome = try Pipeline.compile(
      try network.forward(), for: .gradient(mode: "train", ofLoss: true), optimizer: nil, options: options)
    for (name, function) in outcome.stages {
      guard let pass = Pipeline.all.first(where: { $0.name == name }) else { continue }
      var report = PassReport()
      let again = try pass.run(function, options, &report)
      #expect(IRPrinter.print(again) == IRPrinter.print(function), "\(name)")
    }
  }
}

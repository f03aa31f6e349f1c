import GeocIR

extension GradientCatalogue {
  private static func program(_ text: String) -> Attribute {
    (try? RowProgram.parse(text)).map(Attribute.row) ?? .text(text)
  }

  private static func map(_ text: String) -> Attribute {
    (try? RadialFunction.parse(text)).map(Attribute.radial) ?? .text(text)
  }

  private static let sample = program("2 1: v0.v1; s0; * 0 1; tanh 2; [3 v0 + 1 v1]; v2.v2; sinhc 5: 6 v2 + 3 v0, 5.")

  /// Gates on what leaves a program and on what stays in it; the second vector is there a phase after the third.
  private static let gated = program(
    "2 1: = 1.0; s0; v0.v1; sinhc 2; [3 v0 + 1 v1 | positive]; v2.v2; [5 v0 + 0 v1]; [1 v1 | v0]; v3.v4; "
      + "[8 v4 + 0 v1 | v2]: 0 v2 + 1 v3, 0 v5, 8.")

  static let rows: [GradientCase] =
    ["row", "row_sum"].flatMap { op in
      [
        GradientCase(op, ["[B] R[3, 4]", "[B] R[3, 4]", "[B] R[3, 1]"], ["program": sample]),
        GradientCase(op, ["[B] R[3, 4]", "R[4]", "R[1]"], ["program": sample]),
        GradientCase(op, ["[B] R[2, 3, 4]", "R[3, 4]", "[B] R[2, 1, 1]"], ["program": sample]),
        GradientCase(op, ["[B] R[4]", "R[3, 4]", "R[1]"], ["program": sample]),
        GradientCase(op, ["[B] R[3, 4]", "R[4]", "R[1]"], ["program": gated]),
        GradientCase(op, ["[B] R[3, 32]", "[B] R[3, 32]", "[B] R[3, 1]"], ["program": gated]),
      ]
    }
    + [[0], [1]].flatMap { kept in
      [
        GradientCase("row_sum", ["[B] R[3, 4]", "R[4]", "R[1]"], ["program": sample, "kept": .ints(kept)]),
        GradientCase("row_sum", ["R[3, 4]", "R[4]", "R[1]"], ["program": sample, "kept": .ints(kept)]),
      ]
    }
    + [
      "tangent, clamp 0.3, ball", "ball, scale 0.7, tangent", "tangent, clip 0.4 1e-05, hyperboloid",
      "hyperboloid, clamp 0.4, ball", "ball, hyperboloid", "hyperboloid, tangent",
    ].map { GradientCase("radial", ["[B] R[5, 3]"], ["f": map($0), "c": .real(0.3)]) }

  private static let places: [String: Attribute] = ["kernel": .ints([3, 3]), "stride": .int(2), "padding": .int(1)]

  static let images: [GradientCase] =
    [false, true].flatMap { isPoints -> [GradientCase] in
      let x = isPoints ? "R[5, 4, 2]" : "R[2, 5, 4]"
      let y = isPoints ? "R[3, 2, 3]" : "R[3, 3, 2]"
      let w = isPoints ? "R[18, 3]" : "R[3, 2, 3, 3]"
      let own = places.merging(["points": .bool(isPoints)]) { a, _ in a }
      let back = own.merging(["shape_of_x": .ints(isPoints ? [5, 4, 2] : [2, 5, 4])]) { a, _ in a }
      return [
        GradientCase("convolve", ["[B] \(x)", w], own), GradientCase("convolve_input", ["[B] \(y)", w], back),
        GradientCase("convolve_weight", ["[B] \(x)", "[B] \(y)"], own),
      ]
    } + [
      GradientCase("unfold", ["[B] R[5, 4, 2]"], places),
      GradientCase(
        "conv2d", ["[B] R[2, 5, 4]"], ["out": .int(3), "kernel": .int(3), "stride": .int(2), "padding": .int(1)]),
      GradientCase("conv2d", ["[B] R[2, 5, 4]"], ["out": .int(3), "kernel": .int(1), "bias": .bool(false)]),
      GradientCase("avg_pool2d", ["[B] R[2, 5, 4]"], ["kernel": .int(2)]),
      GradientCase("max_pool2d", ["[B] R[2, 5, 4]"], ["kernel": .int(2)]),
    ]

  private static let point = "[B] Ball(3, c=0.7)"

  static let ball: [GradientCase] =
    [
      GradientCase("expmap0", ["[B] R[3, 2, 2]"], ["c": .real(0.7)]),
      GradientCase("expmap0", ["[B] R[2, 3]"], ["c": .real(0.7), "axis": .int(-1), "learn_c": .bool(true)]),
      GradientCase("clip_norm", ["[B] R[6, 3]"], ["max": .real(0.8)]),
      GradientCase("ball_project", ["[B] R[6, 3]"], ["margin": .real(0.3)]),
      GradientCase("mobius_scale", [point], ["by": .real(0.7)]),
      GradientCase("mobius_scale", [point, "[B] R"]),
      GradientCase("expmap", [point, "[B] R[3]"]),
      GradientCase("gyration", [point, point, "[B] R[3]"]),
      GradientCase("ball_transport", [point, point, "[B] R[3]"]),
      GradientCase("ball_transport0", [point, "[B] R[3]"]), GradientCase("ball_transport0back", [point, "[B] R[3]"]),
      GradientCase("ball_avg_pool2d", [point + "[4, 5]"], ["kernel": .int(2)]),
      GradientCase("ball_avg_pool2d", [point + "[4, 4]"], ["kernel": .int(2), "mode": .name("midpoint")]),
      GradientCase("beta_concat", [point + "[4]"]), GradientCase("gyromidpoint", [point + "[4]"]),
      GradientCase("gyromidpoint", [point]),
      GradientCase("poincare_linear", [point + "[2]"], ["out": .int(4)]),
      GradientCase("hyperplane_distance", [point], ["out": .int(4)]),
      GradientCase("mobius_linear", [point], ["out": .int(4)]),
      GradientCase("hyperbolic_mlr", [point], ["classes": .int(4)]),
      GradientCase(
        "poincare_conv2d", [point + "[4, 5]"],
        ["out": .int(2), "kernel": .int(3), "stride": .int(2), "padding": .int(1)]),
      GradientCase("poincare_batch_norm", [point + "[2]"], constant: ["running_mean", "running_var"]),
      GradientCase(
        "poincare_batch_norm", [point + "[2]"], ["mean": .name("frechet")], constant: ["running_mean", "running_var"]),
      GradientCase("poincare_batch_norm", [point], mode: "eval", constant: ["running_mean", "running_var"]),
    ] + ["logmap0", "ball_relu", "conformal_factor"].map { GradientCase($0, [point + "[2]"]) }
    + ["mobius_add", "logmap", "ball_distance"].map { GradientCase($0, [point + "[2]", point + "[2]"]) }
}

import GeocIR

/// The curvature of a ball as an op has it: a number, or the operand of a learned one.
struct Curvature {
  /// The number, nil where it is learned.
  let number: Double?
  /// The operand [1], nil where it is fixed.
  let operand: Value?

  /// The curvature of a ball op: a learned one is the operand `c`, a fixed one stands in the type of input `k`, or where
  /// that is no ball, in the parameter `c`. Throws `InternalError` where there is none.
  init(_ b: inout Builder, _ c: OpContext, input k: Int) throws {
    if c.attributes.bool("learn_c") {
      number = nil
      operand = try b.reshape(try c.value("c"), [1])
      return
    }
    operand = nil
    let space = c.inputTypes[k].space.inner ?? c.inputTypes[k].space
    if space.name == BallSpace.name {
      guard case .real(let x)? = space["c"] else { throw InternalError("a ball without its curvature") }
      number = x
    } else {
      number = c.attributes.real("c", 1)
    }
  }

  /// A fixed curvature.
  init(_ number: Double) {
    self.number = number
    operand = nil
  }

  /// The scalar operands that a row program needs.
  var operands: [Value] { operand.map { [$0] } ?? [] }

  /// The curvature in a row program whose scalar inputs begin with `operands`.
  func scalar(_ r: inout RowBuilder, _ scalars: [RowNumber]) -> RowNumber {
    number.map { r.constant($0) } ?? scalars.first ?? r.constant(1)
  }

  /// The scalars of a row program after the curvature.
  func rest(_ scalars: [RowNumber]) -> [RowNumber] { Array(scalars.dropFirst(operands.count)) }
}

/// Type rules that ball ops share.
enum BallTypes {
  /// The ball that an op opens: of the curvature in its parameter `c`, a number or `learn(x)`.
  static func opened(_ n: Int, _ call: TypeCall) -> Space {
    let c: SpaceArgument =
      call.attributes.bool("learn_c")
      ? .value(call.attributes.name("curvature", "c")) : .real(call.attributes.real("c", 1))
    return Space(BallSpace.name, [n], ["c": c])
  }

  /// Checks that input `k` is a field of points. Throws `TypeProblem`.
  static func point(_ call: TypeCall, _ k: Int, axes: Int? = nil) throws -> GeoType {
    let type = call.inputs[k]
    let wanted = axes == 2 ? "Ball(n, c)[h, w]" : axes == 1 ? "Ball(n, c)[m]" : "Ball(n, c)"
    guard type.space.name == BallSpace.name, axes.map({ type.field.count == $0 }) ?? true else {
      throw TypeProblem(
        .mismatch, "\(call.op) expects \(wanted), found \(type.shown)", operand: k, expected: pattern)
    }
    return type
  }

  /// Two balls of one curvature. Throws `TypeProblem` that names both.
  static func sameBall(_ call: TypeCall, _ a: Int, _ b: Int) throws {
    let (x, y) = (call.inputs[a].space, call.inputs[b].space)
    try sameCurvature(call, x, y, b)
    guard x.sizes == y.sizes else {
      throw TypeProblem(
        .disagreement, "\(call.op) takes points of one ball, found \(call.inputs[a].shown) and \(call.inputs[b].shown)",
        operand: b)
    }
    let (f, g) = (call.inputs[a].field, call.inputs[b].field)
    guard f == g || f.isEmpty || g.isEmpty else {
      throw TypeProblem(
        .disagreement,
        "\(call.op) takes fields of one shape, found \(call.inputs[a].shown) and \(call.inputs[b].shown)",
        operand: b)
    }
  }

  /// Checks that input `k` holds vectors for points of `ball`: an array, or tangent vectors of the ball that stand at input
  /// `base`, at the origin where that is nil. Throws `TypeProblem`.
  static func vectors(_ call: TypeCall, _ k: Int, of ball: Space, at base: Int?) throws {
    let (type, n) = (call.inputs[k], ball.sizes[0])
    guard type.isReal || type.isTangent, call.shape(k).last == n else {
      throw TypeProblem(
        .mismatch, "\(call.op) expects vectors R[\(n)] or tangent vectors of Ball(\(n)), found \(type.shown)",
        operand: k)
    }
    if let own = type.space.inner { try sameCurvature(call, ball, own, k) }
    try call.checkBase(k, at: base)
  }

  private static func sameCurvature(_ call: TypeCall, _ x: Space, _ y: Space, _ k: Int) throws {
    guard x["c"] != y["c"], let c = x["c"], let d = y["c"] else { return }
    throw TypeProblem(
      .curvature, "\(call.op) takes points of one ball, found curvatures c=\(c) and c=\(d)", operand: k,
      help: "map one of them through the tangent space: 'logmap0', then 'expmap0: { c: \(c) }'")
  }

  /// The number of inputs. Throws `TypeProblem`.
  static func count(_ call: TypeCall, _ names: [String]) throws {
    guard call.inputs.count != names.count else { return }
    throw TypeProblem(
      .inputCount,
      "\(call.op) takes \(names.count == 1 ? "1 input" : "\(names.count) inputs"), found \(call.inputs.count)",
      help: names.count > 1 ? "name them: 'from: [\(names.joined(separator: ", "))]'" : nil)
  }

  /// The pattern that converters are searched for.
  static let pattern: TypePattern? = {
    var s = TextScanner("Ball(n, c=k)")
    return try? TypePattern.parse(&s)
  }()

  /// The field of points at input `a` and vectors at input `b`, one of which may stand for all. Throws `TypeProblem`.
  static func field(_ call: TypeCall, _ a: Int, _ b: Int) throws -> [Int] {
    let (points, vectors) = (Array(call.shape(a).dropLast()), Array(call.shape(b).dropLast()))
    guard points == vectors || points.isEmpty || vectors.isEmpty else {
      throw TypeProblem(
        .disagreement,
        "\(call.op) takes fields of one shape, found \(call.inputs[a].shown) and \(call.inputs[b].shown)", operand: b)
    }
    return points.isEmpty ? vectors : points
  }

  /// The longer of two fields.
  static func field(_ a: GeoType, _ b: GeoType) -> [Int] { a.field.isEmpty ? b.field : a.field }
}

import GeocIR

/// An elementwise expression of broadcast inputs.
enum MapOp: Op {
  static let name = "map"
  static let doc = OpDoc(
    family: "core", summary: "A scalar expression of the inputs, element by element.",
    formula: "y = f(x0, x1, …), inputs broadcast to the common shape",
    backward: "x̄k = ȳ ∂f/∂xk, summed over repeated axes")
  static let signature: Signature = "(x...: T[*]) {expr: text} -> R[*]"
  static let traits: OpTraits = [.elementwise, .inPlace, .primitive]
  static let isPublic = false

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    let shapes = call.inputs.indices.map(call.shape)
    guard let shape = Broadcasting.shape(shapes) else {
      throw TypeProblem(.disagreement, "map takes inputs of matching shapes, found \(shapes)")
    }
    return [.real(shape, isBatched: call.isBatched)]
  }

  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0], let f = c.attributes.expression("expr") else { return nil }
    let shape = b.shape(dy)
    // A cotangent of the full type carries shape and batching by itself; then inputs that the slope lacks are left out.
    let isFull = shape == c.resultShape(0) && b.type(dy).isBatched == c.resultTypes[0].isBatched
    return try c.inputs.indices.map { k in
      let slope = f.derivative(by: k).simplified()
      if slope == .constant(0) { return nil }
      if slope == .constant(1), isFull { return dy }
      let product = ScalarExpression.binary(.multiply, slope, .input(c.inputs.count)).simplified()
      let kept = isFull ? product.inputs.sorted() : Array(0...c.inputs.count)
      let term = try b.map(
        product.mapInputs { .input(kept.firstIndex(of: $0) ?? 0) }, kept.map { $0 < c.inputs.count ? c.inputs[$0] : dy }
      )
      return b.shape(term) == shape ? term : try b.broadcast(term, shape)
    }
  }

  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    guard let f = c.attributes.expression("expr") else { throw InternalError("map without an expression") }
    return request(f, inputs: c.inputs.indices.map(c.inputShape), result: c.resultShape(0))
  }

  /// The request for `f` on inputs of given shapes.
  static func request(_ f: ScalarExpression, inputs: [[Int]], result: [Int]) -> KernelRequest {
    let program = f.compiled()
    return KernelRequest(
      "map", sizes: MapRequest(inputs: inputs, result: result).sizes + program.encodedSizes, reals: program.constants)
  }

  static func flops(_ c: OpContext) -> Int {
    c.resultShape(0).reduce(1, *) * (c.attributes.expression("expr")?.nodeCount ?? 1)
  }
}

/// Repeats an array to a larger shape.
enum BroadcastOp: Op {
  static let name = "broadcast"
  static let doc = OpDoc(family: "core", summary: "Repeats an array to a larger shape.")
  static let signature: Signature = "(x: T[*]) {shape: [int]} -> R[*]"
  static let traits: OpTraits = [.primitive]
  static let isPublic = false

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    let wanted = call.attributes.ints("shape")
    guard Broadcasting.shape([call.shape(0), wanted]) == wanted else {
      throw TypeProblem(.disagreement, "\(call.shape(0)) does not broadcast to \(wanted)")
    }
    return [.real(wanted, isBatched: call.isBatched)]
  }

  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return [nil] }
    return [try b.summed(dy, to: c.inputShape(0))]
  }

  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    MapOp.request(.input(0), inputs: [c.inputShape(0)], result: c.resultShape(0))
  }
}

/// Gives a value the shape and batching of another.
enum SpreadOp: Op {
  static let name = "spread"
  static let doc = OpDoc(family: "core", summary: "Repeats a value to the shape and batching of another value.")
  static let signature: Signature = "(x: T[*], like: T[*]) -> R[*]"
  static let isPublic = false

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    guard call.inputs.count == 2, Broadcasting.shape([call.shape(0), call.shape(1)]) == call.shape(1) else {
      throw TypeProblem(.disagreement, "spread takes a value that fits the other's shape")
    }
    return [.real(call.shape(1), isBatched: call.isBatched)]
  }

  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return [nil, nil] }
    return [try b.summed(dy, to: c.inputShape(0)), nil]
  }

  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    MapOp.request(.input(0), inputs: [c.inputShape(0), c.inputShape(1)], result: c.resultShape(0))
  }
}

/// A constant array.
enum FillOp: Op {
  static let name = "fill"
  static let doc = OpDoc(family: "core", summary: "An array of one number.")
  static let signature: Signature = "() {shape: [int], value: real} -> R[*]"
  static let isPublic = false

  static func infer(_ call: TypeCall) throws -> [GeoType] { [.real(call.attributes.ints("shape"))] }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? { [] }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    MapOp.request(.constant(c.attributes.real("value")), inputs: [], result: c.resultShape(0))
  }
}

extension Builder {
  /// `f` of `inputs`, element by element.
  package mutating func map(_ f: ScalarExpression, _ inputs: [Value]) throws -> Value {
    try one("map", inputs, ["expr": .expression(f)])
  }

  /// The expression written in `text` of `inputs`: `"x0 * x1"`.
  package mutating func map(_ text: String, _ inputs: [Value]) throws -> Value {
    try map(try ScalarExpression.parse(text), inputs)
  }

  /// x + y.
  package mutating func add(_ x: Value, _ y: Value) throws -> Value {
    try map(.binary(.add, .input(0), .input(1)), [x, y])
  }
  /// x − y.
  package mutating func sub(_ x: Value, _ y: Value) throws -> Value {
    try map(.binary(.subtract, .input(0), .input(1)), [x, y])
  }
  /// x ∘ y, elementwise.
  package mutating func mul(_ x: Value, _ y: Value) throws -> Value {
    try map(.binary(.multiply, .input(0), .input(1)), [x, y])
  }
  /// x / y, elementwise.
  package mutating func div(_ x: Value, _ y: Value) throws -> Value {
    try map(.binary(.divide, .input(0), .input(1)), [x, y])
  }
  /// by · x.
  package mutating func scale(_ x: Value, _ by: Double) throws -> Value {
    try map(.binary(.multiply, .constant(by), .input(0)), [x])
  }
  /// −x.
  package mutating func negate(_ x: Value) throws -> Value { try map(.unary(.negate, .input(0)), [x]) }
  /// √x, elementwise.
  package mutating func squareRoot(_ x: Value) throws -> Value { try map(.unary(.sqrt, .input(0)), [x]) }

  /// An array of one number, unbatched.
  package mutating func fill(_ shape: [Int], _ value: Double) throws -> Value {
    try one("fill", [], ["shape": .ints(shape), "value": .real(value)])
  }

  /// The n×n identity, unbatched.
  package mutating func identity(_ n: Int) throws -> Value {
    try one("diagonal_matrix", [try fill([n], 1)])
  }

  /// `x` repeated to `shape`.
  package mutating func broadcast(_ x: Value, _ shape: [Int]) throws -> Value {
    self.shape(x) == shape ? x : try one("broadcast", [x], ["shape": .ints(shape)])
  }

  /// Adjoint of broadcasting: sums `x` down to `shape`.
  package mutating func summed(_ x: Value, to shape: [Int]) throws -> Value {
    var value = x
    let extra = self.shape(value).count - shape.count
    if extra > 0 { value = try reduce(value, "sum", axes: Array(0..<extra)) }
    for axis in shape.indices where shape[axis] == 1 && self.shape(value)[axis] != 1 {
      value = try reduce(value, "sum", axes: [axis], keep: true)
    }
    return value
  }
}

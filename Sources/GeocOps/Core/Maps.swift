import GeocIR

/// Several expressions of the same inputs in one pass over memory. Its attributes are `count` and `expr0`, `expr1`, ….
enum MapsOp: Op {
  static let name = "maps"
  static let doc = OpDoc(
    family: "core", summary: "Scalar expressions of the inputs, element by element, all in one pass over memory.",
    formula: "yk = fk(x0, x1, …), inputs broadcast to the common shape")
  static let signature: Signature = "(x...: T[*]) {count: int in 1...} -> R[*]"
  static let traits: OpTraits = [.elementwise, .inPlace]
  static let isPublic = false

  /// The expressions of a node.
  static func expressions(_ attributes: Attributes) -> [ScalarExpression] {
    (0..<attributes.int("count")).compactMap { attributes.expression("expr\($0)") }
  }
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    let shapes = call.inputs.indices.map(call.shape)
    guard let shape = Broadcasting.shape(shapes) else {
      throw TypeProblem(.disagreement, "maps takes inputs of matching shapes, found \(shapes)")
    }
    return [GeoType](repeating: .real(shape, isBatched: call.isBatched), count: call.attributes.int("count"))
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    let layout = MapRequest(inputs: c.inputs.indices.map(c.inputShape), result: c.resultShape(0))
    let program = MapProgram.compile(fusing: expressions(c.attributes))
    return KernelRequest("map", sizes: layout.sizes + program.encodedSizes, reals: program.constants)
  }
  static func flops(_ c: OpContext) -> Int {
    c.resultShape(0).reduce(1, *) * expressions(c.attributes).reduce(0) { $0 + $1.nodeCount }
  }
}

/// Sums of expressions over the last axes, which are never stored element by element. Its attributes are `axes`, how many
/// axes are summed, `count` and `expr0`, `expr1`, ….
enum MapSumsOp: Op {
  static let name = "map_sums"
  static let doc = OpDoc(
    family: "core", summary: "Sums of scalar expressions of the inputs over the last axes, in one pass over memory.",
    formula: "yk = Σ fk(x0, x1, …)")
  static let signature: Signature = "(x...: T[*]) {axes: int in 1..., count: int in 1...} -> R[*]"
  static let isPublic = false

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    let shapes = call.inputs.indices.map(call.shape)
    guard !call.isBatched, let shape = Broadcasting.shape(shapes), call.attributes.int("axes") <= shape.count else {
      throw TypeProblem(.disagreement, "map_sums takes unbatched inputs of matching shapes, found \(shapes)")
    }
    let result = GeoType.real(Array(shape.dropLast(call.attributes.int("axes"))))
    return [GeoType](repeating: result, count: call.attributes.int("count"))
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    let shape = Broadcasting.shape(c.inputs.indices.map(c.inputShape)) ?? []
    let layout = MapRequest(inputs: c.inputs.indices.map(c.inputShape), result: shape)
    let program = MapProgram.compile(fusing: MapsOp.expressions(c.attributes))
    let rows = c.resultShape(0).reduce(1, *)
    return KernelRequest("map_sums", sizes: [rows] + layout.sizes + program.encodedSizes, reals: program.constants)
  }
  static func flops(_ c: OpContext) -> Int {
    (Broadcasting.shape(c.inputs.indices.map(c.inputShape)) ?? []).reduce(1, *)
      * MapsOp.expressions(c.attributes).reduce(1) { $0 + $1.nodeCount }
  }
}

/// Shape and strides in front of the program of an elementwise kernel.
struct MapRequest {
  /// `[rank, dims…, strides of each input…]`.
  let sizes: [Int]

  init(inputs: [[Int]], result: [Int]) {
    let own = Broadcasting.strides(result, in: result)
    let (dims, strides) = Broadcasting.collapsed(
      result, inputs.map { Broadcasting.strides($0, in: result) } + [own])
    sizes = [dims.count] + dims + strides.dropLast().flatMap { $0 }
  }
}

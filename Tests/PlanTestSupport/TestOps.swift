import GeocIR

/// Plain arrays.
package enum TestReal: SpaceDeclaration {
  package static let name = "R"
  package static let summary = "arrays of real numbers"
  package static let sizeNames: [String] = []
  package static func coreShape(_ space: Space) -> [Int] { [] }
}

/// A core op of one kernel on arrays of one shape.
protocol TestOp: Op {
  static func request(_ c: OpContext, _ elements: Int) -> KernelRequest
  static func shape(_ call: TypeCall) -> [Int]
  static func batched(_ call: TypeCall) -> Bool
  static var resultCount: Int { get }
}

extension TestOp {
  static var doc: OpDoc { OpDoc(family: "test", summary: "a test op") }
  static var isPublic: Bool { false }
  static var resultCount: Int { 1 }
  static func shape(_ call: TypeCall) -> [Int] { call.shape(0) }
  static func batched(_ call: TypeCall) -> Bool { call.isBatched }
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    [GeoType](repeating: .real(shape(call), isBatched: batched(call)), count: resultCount)
  }
  static func request(_ c: OpContext, _ elements: Int) -> KernelRequest { KernelRequest(name, sizes: [elements]) }
  static func kernel(_ c: OpContext) throws -> KernelRequest? { request(c, c.resultShape(0).reduce(1, *)) }
}

/// x + a y, in place.
enum AxpyOp: TestOp {
  static let name = "t_axpy"
  static let signature: Signature = "(x: T[*], y: T[*]) {a: real} -> R[*]"
  static let traits: OpTraits = [.inPlace]
  static func request(_ c: OpContext, _ elements: Int) -> KernelRequest {
    KernelRequest(name, sizes: [elements], reals: [c.attributes.real("a")])
  }
}

/// Sum over the batch.
enum SumOp: TestOp {
  static let name = "t_sum"
  static let signature: Signature = "(x: T[*]) -> R[*]"
  static func batched(_ call: TypeCall) -> Bool { false }
  static func request(_ c: OpContext, _ elements: Int) -> KernelRequest {
    KernelRequest(name, sizes: [elements], reducesBatch: true)
  }
}

/// x + 1 and −x.
enum SplitOp: TestOp {
  static let name = "t_split"
  static let signature: Signature = "(x: T[*]) -> (R[*], R[*])"
  static let resultCount = 2
}

/// A constant.
enum FillOp: TestOp {
  static let name = "t_fill"
  static let signature: Signature = "() {shape: [int], value: real} -> R[*]"
  static func shape(_ call: TypeCall) -> [Int] { call.attributes.ints("shape") }
  static func request(_ c: OpContext, _ elements: Int) -> KernelRequest {
    KernelRequest(name, sizes: [elements], reals: [c.attributes.real("value")])
  }
}

/// Size of the batch.
enum CountOp: TestOp {
  static let name = "t_count"
  static let signature: Signature = "() -> R"
  static func shape(_ call: TypeCall) -> [Int] { [] }
}

/// Numbers that depend on seed, step and item.
enum NoiseOp: TestOp {
  static let name = "t_noise"
  static let signature: Signature = "() {shape: [int]} -> R[*]"
  static func shape(_ call: TypeCall) -> [Int] { call.attributes.ints("shape") }
  static func batched(_ call: TypeCall) -> Bool { true }
  static func request(_ c: OpContext, _ elements: Int) -> KernelRequest {
    KernelRequest(name, sizes: [elements], isRandom: true)
  }
}

/// Unbatched numbers that depend on seed and step.
enum DrawOp: TestOp {
  static let name = "t_draw"
  static let signature: Signature = "() {shape: [int]} -> R[*]"
  static func shape(_ call: TypeCall) -> [Int] { call.attributes.ints("shape") }
  static func request(_ c: OpContext, _ elements: Int) -> KernelRequest {
    KernelRequest("t_noise", sizes: [elements], isRandom: true)
  }
}

/// √x.
enum RootOp: TestOp {
  static let name = "t_root"
  static let signature: Signature = "(x: T[*]) -> R[*]"
}

/// x of each item less x of the next one, the first after the last: reads the whole batch.
enum TurnOp: TestOp {
  static let name = "t_turn"
  static let signature: Signature = "(x: T[*]) -> R[*]"
  static func request(_ c: OpContext, _ elements: Int) -> KernelRequest {
    KernelRequest(name, sizes: [elements], wholeBatch: [0])
  }
}

/// The same storage.
enum ViewOp: TestOp {
  static let name = "t_view"
  static let signature: Signature = "(x: T[*]) -> R[*]"
  static let traits: OpTraits = [.alias]
  static func kernel(_ c: OpContext) throws -> KernelRequest? { nil }
}

/// A layer op without kernel.
enum LayerOp: TestOp {
  static let name = "t_layer"
  static let signature: Signature = "(x: T[*]) -> R[*]"
  static func kernel(_ c: OpContext) throws -> KernelRequest? { nil }
}

/// The registry of the test ops.
package let testRegistry = OpRegistry(
  ops: [
    AxpyOp.self, SumOp.self, SplitOp.self, FillOp.self, CountOp.self, NoiseOp.self, DrawOp.self, RootOp.self,
    TurnOp.self, ViewOp.self, LayerOp.self,
  ], spaces: [TestReal.self])

extension Builder {
  /// A builder of a core function of test ops.
  package static func test(_ name: String = "f") -> Builder {
    Builder(name: name, stage: .core, registry: testRegistry)
  }
  /// x + a y.
  package mutating func axpy(_ x: Value, _ a: Double, _ y: Value) throws -> Value {
    try one("t_axpy", [x, y], ["a": .real(a)])
  }
  /// Each item less the next one.
  package mutating func turn(_ x: Value) throws -> Value { try one("t_turn", [x]) }
  /// Sum over the batch.
  package mutating func total(_ x: Value) throws -> Value { try one("t_sum", [x]) }
  /// A constant.
  package mutating func constant(_ shape: [Int], _ value: Double) throws -> Value {
    try one("t_fill", [], ["shape": .ints(shape), "value": .real(value)])
  }
}

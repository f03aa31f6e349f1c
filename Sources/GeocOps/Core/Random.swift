import GeocIR

/// Uniform random numbers in [0, 1), counted by seed, step, item and element.
enum RandomUniformOp: Op {
  static let name = "random_uniform"
  static let doc = OpDoc(
    family: "core", summary: "Uniform random numbers, the same for any chunking and number of threads.",
    source: "Philox4x32-10")
  static let signature: Signature = "(like...: T[*]) {shape: [int], stream: int} -> R[*]"
  static let isPublic = false
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    [.real(call.attributes.ints("shape"), isBatched: call.isBatched)]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    c.inputs.map { _ in nil }
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    KernelRequest(
      "random_uniform", sizes: [c.resultShape(0).reduce(1, *), c.attributes.int("stream")], isRandom: true)
  }
}

extension Builder {
  /// Unbatched uniform numbers of a stream.
  package mutating func uniform(_ shape: [Int], stream: Int) throws -> Value {
    let anchor = try fill([], 0)
    return try one("random_uniform", [anchor], ["shape": .ints(shape), "stream": .int(stream)])
  }

  /// Unbatched standard normal numbers by Box–Muller, from two streams.
  package mutating func normal(_ shape: [Int], stream: Int) throws -> Value {
    let u = try uniform(shape, stream: 2 * stream)
    let v = try uniform(shape, stream: 2 * stream + 1)
    return try map("sqrt(-2 * log(1 - x0)) * cos(6.283185307179586 * x1)", [u, v])
  }
}

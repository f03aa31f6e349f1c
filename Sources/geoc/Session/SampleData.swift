import GeocDiagnostics
import GeocIR
import GeocOps
import GeocRuntime
import GeocTensorFiles
import Glibc

/// Random samples of a model's inputs, for measuring and verifying without data.
struct SampleData {
  private var state: UInt64

  /// Samples of a seed.
  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678_9ABC_DEF1 }

  /// Uniform in [0, 1).
  mutating func uniform() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
  }

  /// Standard normal (Box–Muller).
  mutating func normal() -> Double { sqrt(-2 * log(1 - uniform())) * cos(2 * Double.pi * uniform()) }

  /// `count` samples of each input of `forward`: points of its space, class indices, or normal numbers, real ones as
  /// `dtype`. Throws E0408.
  mutating func columns(_ forward: Function, count: Int, dtype: DType = .f64) throws(GeocError) -> [String: HostArray] {
    var columns: [String: HostArray] = [:]
    for input in forward.parameters where input.kind == .input {
      columns[input.name] = try rows(forward.type(input.value), count: count, dtype: dtype)
    }
    return columns
  }

  /// `count` samples of a type, real ones as `dtype`. Throws E0408.
  mutating func rows(_ type: GeoType, count: Int, dtype: DType) throws(GeocError) -> HostArray {
    let samples = try tensor(type, count: count)
    guard samples.dtype == .f64, dtype == .f32 else { return try HostArray(samples) }
    return try HostArray(
      try readingFiles { () throws(TensorFileError) in try Tensor(samples.floats(), shape: samples.shape) })
  }

  /// `count` samples of a type. Throws E0507.
  mutating func tensor(_ type: GeoType, count: Int) throws(GeocError) -> Tensor {
    let shape = Catalogue.registry.spaces.shape(type)
    let elements = shape.reduce(1, *)
    var values: [Double] = []
    values.reserveCapacity(count * elements)
    switch type.space.name {
    case "Label":
      let classes = Double(type.space.sizes.first ?? 1)
      let labels = (0..<(count * elements)).map { _ in Int64(uniform() * classes) }
      return try readingFiles { () throws(TensorFileError) in try Tensor(labels, shape: [count] + shape) }
    case "SPD", "Sym":
      let n = type.space.sizes.first ?? 1
      for _ in 0..<(count * type.field.reduce(1, *)) { values += matrix(n, isPositive: type.space.name == "SPD") }
    case "Ball":
      // tanh of a normal length along a normal direction: points all over the ball.
      let n = type.space.sizes.first ?? 1
      let radius = 1 / Self.curvature(type.space).squareRoot()
      for _ in 0..<(count * elements / max(1, n)) {
        let v = (0..<n).map { _ in normal() }
        let norm = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
        values += v.map { $0 * radius * tanh(0.5 * norm) / max(norm, 1e-15) }
      }
    case "Sphere":
      let n = max(1, type.space.sizes.first ?? 1)
      for _ in 0..<(count * elements / n) {
        let v = (0..<n).map { _ in normal() }
        let norm = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
        values += v.map { $0 / max(norm, 1e-15) }
      }
    default:
      for _ in 0..<(count * elements) { values.append(normal()) }
    }
    return try readingFiles { () throws(TensorFileError) in try Tensor(values, shape: [count] + shape) }
  }

  /// The curvature of a ball; 1 where it is learned.
  private static func curvature(_ space: Space) -> Double { if case .real(let c)? = space["c"] { c } else { 1 } }

  /// A symmetric matrix; A Aᵀ / n + I/2 where it is to be positive definite.
  private mutating func matrix(_ n: Int, isPositive: Bool) -> [Double] {
    let a = (0..<(n * n)).map { _ in normal() }
    var m = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      for j in 0..<n {
        if isPositive {
          var sum = i == j ? 0.5 : 0
          for k in 0..<n { sum += a[i * n + k] * a[j * n + k] / Double(n) }
          m[i * n + j] = sum
        } else {
          m[i * n + j] = (a[i * n + j] + a[j * n + i]) / 2
        }
      }
    }
    return m
  }
}

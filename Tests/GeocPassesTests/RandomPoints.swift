import GeocIR
import GeocOps
import GeocTensorFiles

/// Reproducible random numbers, and points of spaces made of them.
struct RandomPoints {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  /// Uniform in −1...1 (SplitMix64).
  mutating func uniform() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((z ^ (z >> 31)) >> 11) * 0x1p-52 - 1
  }

  mutating func uniforms(_ count: Int) -> [Double] { (0..<count).map { _ in uniform() } }

  /// Points of `type`, `batch` of them where it is batched. SPD matrices have eigenvalues of the order of 1.
  mutating func tensor(_ type: GeoType, batch: Int) throws -> Tensor {
    try tensor(type, batch: batch) { random in random.point(type.space) }
  }

  /// Directions in which points of `type` can move: symmetric where they are, else arbitrary.
  mutating func direction(_ type: GeoType, batch: Int) throws -> Tensor {
    try tensor(type, batch: batch) { random in
      let count = Catalogue.registry.spaces.shape(GeoType(type.space)).reduce(1, *)
      let isSymmetric = type.space.name == "SPD" || type.space.name == "Sym"
      return isSymmetric ? random.symmetric(type.space.sizes[0]) : random.uniforms(count)
    }
  }

  private mutating func tensor(
    _ type: GeoType, batch: Int, _ point: (inout RandomPoints) -> [Double]
  ) throws -> Tensor {
    let shape = (type.isBatched ? [batch] : []) + Catalogue.registry.spaces.shape(type)
    let count = (type.isBatched ? batch : 1) * type.field.reduce(1, *)
    return try Tensor((0..<count).flatMap { _ in point(&self) }, shape: shape)
  }

  private mutating func point(_ space: Space) -> [Double] {
    switch space.name {
    case "SPD": definite(space.sizes[0])
    case "Sym": symmetric(space.sizes[0])
    case "Label": [Double(Int((uniform() + 1) * 0.5 * Double(space.sizes[0])))]
    case "Stiefel", "Grassmann": frame(space.sizes[0], space.sizes[1])
    case "Ball": uniforms(space.sizes[0]).map { 0.5 * $0 / Double(space.sizes[0]).squareRoot() }
    case "Positive": [0.8 + 0.3 * uniform()]
    default: [uniform()]
    }
  }

  private mutating func symmetric(_ n: Int) -> [Double] {
    let a = uniforms(n * n)
    return (0..<(n * n)).map { (a[$0] + a[$0 % n * n + $0 / n]) / 2 }
  }

  /// AAᵀ + I/4.
  private mutating func definite(_ n: Int) -> [Double] {
    let a = uniforms(n * n)
    return (0..<(n * n)).map { k in
      let (i, j) = (k / n, k % n)
      return (0..<n).reduce(i == j ? 0.25 : 0) { $0 + a[i * n + $1] * a[j * n + $1] }
    }
  }

  /// Orthonormal columns by Gram–Schmidt.
  private mutating func frame(_ n: Int, _ p: Int) -> [Double] {
    var columns: [[Double]] = []
    while columns.count < p {
      var v = uniforms(n)
      for c in columns {
        let dot = zip(v, c).reduce(0) { $0 + $1.0 * $1.1 }
        v = zip(v, c).map { $0 - dot * $1 }
      }
      let norm = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
      if norm > 0.1 { columns.append(v.map { $0 / norm }) }
    }
    return (0..<(n * p)).map { columns[$0 % p][$0 / p] }
  }
}

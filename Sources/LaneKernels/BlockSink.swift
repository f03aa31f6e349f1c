/// Where the elements of a product go. An element may be written more than once, always with the same value.
protocol BlockSink {
  associatedtype Vector: Lanes
  func write(_ row: Int, _ column: Int, _ value: Vector)
}

/// Stores a row-major matrix.
struct StoreSink<Vector: Lanes>: BlockSink {
  let base: UnsafeMutablePointer<Vector>
  let columns: Int
  @inline(always) func write(_ row: Int, _ column: Int, _ value: Vector) { base[row * columns + column] = value }
}

/// Stores `scale` times the lower triangle, and the same numbers above it: exactly symmetric.
struct MirrorSink<Vector: Lanes>: BlockSink {
  let base: UnsafeMutablePointer<Vector>
  let n: Int
  let scale: Vector.Scalar
  @inline(always) func write(_ row: Int, _ column: Int, _ value: Vector) {
    guard column <= row else { return }
    let scaled = value * .splat(scale)
    base[row * n + column] = scaled
    base[column * n + row] = scaled
  }
}

/// Stores the lower triangle times the weight of each element, and the same numbers above it.
struct WeightedMirrorSink<Vector: Lanes>: BlockSink {
  let base: UnsafeMutablePointer<Vector>
  let n: Int
  let weight: UnsafeMutablePointer<Vector>
  @inline(always) func write(_ row: Int, _ column: Int, _ value: Vector) {
    guard column <= row else { return }
    let scaled = value * weight[row * n + column]
    base[row * n + column] = scaled
    base[column * n + row] = scaled
  }
}

/// Stores the lower triangle only.
struct LowerSink<Vector: Lanes>: BlockSink {
  let base: UnsafeMutablePointer<Vector>
  let n: Int
  @inline(always) func write(_ row: Int, _ column: Int, _ value: Vector) {
    if column <= row { base[row * n + column] = value }
  }
}

/// Stores the lower triangle of a row-major matrix and the product, elsewhere.
struct LowerSumSink<Vector: Lanes>: BlockSink {
  let from: UnsafeMutablePointer<Vector>
  let into: UnsafeMutablePointer<Vector>
  let n: Int
  @inline(always) func write(_ row: Int, _ column: Int, _ value: Vector) {
    guard column <= row else { return }
    into[row * n + column] = from[row * n + column] + value
  }
}

/// Stores a row-major matrix and `scale` times the product, elsewhere. With 1 and −1 the product is not rounded again.
struct SumSink<Vector: Lanes>: BlockSink {
  let from: UnsafeMutablePointer<Vector>
  let into: UnsafeMutablePointer<Vector>
  let columns: Int
  let scale: Vector.Scalar
  @inline(always) func write(_ row: Int, _ column: Int, _ value: Vector) {
    let e = row * columns + column
    into[e] = Vector.fma(value, .splat(scale), from[e])
  }
}

/// Subtracts from a strided matrix, or from its lower triangle. Each element must be written once.
struct SubtractSink<Vector: Lanes>: BlockSink {
  let base: UnsafeMutablePointer<Vector>
  let rowStride: Int
  let columnStride: Int
  let lowerOnly: Bool
  @inline(always) func write(_ row: Int, _ column: Int, _ value: Vector) {
    if lowerOnly && column > row { return }
    base[row * rowStride + column * columnStride] -= value
  }
}

import GeocKernelABI

/// A kernel of unbatched values only, written once for both scalar types.
protocol UnbatchedKernel: SendableMetatype {
  /// The name that plans use.
  static var name: String { get }
  static func run<T: LapackScalar>(_ call: KernelCall, as scalar: T.Type)
  /// Scratch scalars.
  static func workspace(_ sizes: [Int]) -> Int
}

extension UnbatchedKernel {
  /// The entry in the kernel table.
  static var set: KernelSet {
    KernelSet(
      name: name, f64: nil, f32: nil, single64: { run($0.pointee, as: Double.self) },
      single32: { run($0.pointee, as: Float.self) }, workspace: { workspace($0) })
  }
}

/// The kernels that BLAS and LAPACK provide.
enum UnbatchedKernels {
  /// Kernels that exist for unbatched values only.
  static var sets: [KernelSet] {
    [QR.set, SVD.set, SVDPolar.set, Solve.set, SolveSPD.set, Determinant.set, MatrixExponential.set]
  }
}

extension KernelCall {
  /// An operand of an unbatched call.
  func array<T>(_ operand: Int, as _: T.Type) -> UnsafeMutablePointer<T> {
    operands[operand].base.assumingMemoryBound(to: T.self)
  }
}

/// Hands out the scratch memory of a call piece by piece.
struct ScratchCursor<T: LapackScalar> {
  private var next: UnsafeMutableRawPointer

  init(_ call: KernelCall) { next = call.scratch }

  /// Memory for `count` scalars.
  mutating func scalars(_ count: Int) -> UnsafeMutablePointer<T> {
    defer { next += count * MemoryLayout<T>.stride }
    return next.assumingMemoryBound(to: T.self)
  }

  /// Memory for `count` pivots; counts as `count` scalars.
  mutating func integers(_ count: Int) -> UnsafeMutablePointer<Int32> {
    defer { next += count * MemoryLayout<T>.stride }
    return next.assumingMemoryBound(to: Int32.self)
  }
}

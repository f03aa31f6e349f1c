import GeocKernelABI

/// A kernel on unbatched values that BLAS runs where it is faster than the lane kernel's single instance.
protocol BlasKernel: SendableMetatype {
  /// The name that plans use.
  static var name: String { get }
  /// The share of one worker; false when the values are too small.
  static func run<T: LapackScalar>(_ call: KernelCall, as _: T.Type) -> Bool
}

extension BlasKernel {
  /// `lanes`, the lane kernel, with its unbatched instances replaced for large values.
  static func override(_ lanes: KernelSet) -> KernelSet {
    var set = lanes
    let (single64, single32) = (lanes.single64, lanes.single32)
    // The lane kernel is not divisible: one worker makes its calls whole.
    set.single64 = { if !run($0.pointee, as: Double.self), $0.pointee.part == 0 { single64($0) } }
    set.single32 = { if !run($0.pointee, as: Float.self), $0.pointee.part == 0 { single32($0) } }
    return set.divisible
  }
}

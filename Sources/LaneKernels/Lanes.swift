import GeocKernelABI

/// Integer lanes of the same width as a float vector: bit patterns, and masks (all ones is true, zero is false).
protocol LaneBits {
  static func splat(_ x: Int) -> Self
  static func and(_ a: Self, _ b: Self) -> Self
  static func or(_ a: Self, _ b: Self) -> Self
  static func xor(_ a: Self, _ b: Self) -> Self
  static func not(_ a: Self) -> Self
  static func add(_ a: Self, _ b: Self) -> Self
  static func sub(_ a: Self, _ b: Self) -> Self
  static func lessThan(_ a: Self, _ b: Self) -> Self
  static func equal(_ a: Self, _ b: Self) -> Self
  /// `a` where the mask is true, else `b`.
  static func select(_ mask: Self, _ a: Self, _ b: Self) -> Self
  /// All lanes shifted left.
  func shiftedLeft(_ count: Int32) -> Self
  /// All lanes shifted right, the sign repeated.
  func shiftedRight(_ count: Int32) -> Self
  /// All lanes shifted right, zeros coming in.
  func shiftedRightLogically(_ count: Int32) -> Self
  /// Whether any lane of a mask is true.
  var any: Bool { get }
  /// The smallest lane.
  var minimum: Int { get }
  /// The largest lane.
  var maximum: Int { get }
}

extension LaneBits {
  @inline(always) static func & (a: Self, b: Self) -> Self { and(a, b) }
  @inline(always) static func | (a: Self, b: Self) -> Self { or(a, b) }
  @inline(always) static func ^ (a: Self, b: Self) -> Self { xor(a, b) }
  @inline(always) static prefix func ~ (a: Self) -> Self { not(a) }
  @inline(always) static func + (a: Self, b: Self) -> Self { add(a, b) }
  @inline(always) static func - (a: Self, b: Self) -> Self { sub(a, b) }
  @inline(always) static func .< (a: Self, b: Self) -> Self { lessThan(a, b) }
  @inline(always) static func .> (a: Self, b: Self) -> Self { lessThan(b, a) }
  @inline(always) static func .<= (a: Self, b: Self) -> Self { not(lessThan(b, a)) }
  @inline(always) static func .>= (a: Self, b: Self) -> Self { not(lessThan(a, b)) }
  @inline(always) static func .== (a: Self, b: Self) -> Self { equal(a, b) }
}

/// A register full of items, an item per lane, or a single number.
///
/// Kernels are generic over this protocol and are specialised inside their module. Everything is `@inline(always)`,
/// because a vector that crosses a call is cut into pieces and reassembled on the stack.
protocol Lanes: LaneConstants {
  /// What one lane holds.
  associatedtype Scalar: BinaryFloatingPoint & LosslessStringConvertible
  /// Bit patterns and masks.
  associatedtype Bits: LaneBits
  /// Lanes in the vector.
  static var count: Int { get }
  /// Whether `fma` rounds once; otherwise it is a product and a sum.
  static var fusesMultiplyAdd: Bool { get }
  static func splat(_ x: Scalar) -> Self
  static func add(_ a: Self, _ b: Self) -> Self
  static func sub(_ a: Self, _ b: Self) -> Self
  static func mul(_ a: Self, _ b: Self) -> Self
  static func div(_ a: Self, _ b: Self) -> Self
  static func neg(_ a: Self) -> Self
  /// `a·b + c`, fused where the processor can.
  static func fma(_ a: Self, _ b: Self, _ c: Self) -> Self
  static func sqrt(_ a: Self) -> Self
  static func abs(_ a: Self) -> Self
  /// To the nearest whole number, ties to even.
  static func rint(_ a: Self) -> Self
  /// `a < b ? a : b`: `b` when either is NaN.
  static func min(_ a: Self, _ b: Self) -> Self
  /// `a > b ? a : b`: `b` when either is NaN.
  static func max(_ a: Self, _ b: Self) -> Self
  static func lessThan(_ a: Self, _ b: Self) -> Bits
  static func lessEqual(_ a: Self, _ b: Self) -> Bits
  static func equal(_ a: Self, _ b: Self) -> Bits
  /// `a` where the mask is true, else `b`.
  static func select(_ mask: Bits, _ a: Self, _ b: Self) -> Self
  /// The bit patterns.
  var bits: Bits { get }
  /// The numbers with these bit patterns.
  static func value(_ bits: Bits) -> Self
  /// The sum of all lanes, in a fixed order.
  var sum: Scalar { get }
  /// An unaligned vector.
  static func load(_ p: UnsafePointer<Scalar>) -> Self
  /// An unaligned vector, loaded anew each time by a loop without a register for it.
  static func reload(_ p: UnsafePointer<Scalar>) -> Self
  /// Lane k of vector `rows[k]` of an array.
  static func gather(_ p: UnsafePointer<Self>, _ rows: Bits) -> Self
  /// Writes an unaligned vector.
  func store(_ p: UnsafeMutablePointer<Scalar>)
  /// Transposes `count` rows of `blocks × count` scalars into as many vectors.
  static func packBlocks(
    _ rows: UnsafePointer<UnsafePointer<Scalar>?>, _ lanes: UnsafeMutablePointer<Scalar>, _ blocks: Int)
  /// Transposes `blocks × count` vectors into `count` rows of as many scalars.
  static func unpackBlocks(
    _ lanes: UnsafePointer<Scalar>, _ rows: UnsafePointer<UnsafeMutablePointer<Scalar>?>, _ blocks: Int)
  /// The sums over the lanes of `count` vectors, in the order of `sum`.
  static func sumBlock(_ lanes: UnsafePointer<Scalar>, _ sums: UnsafeMutablePointer<Scalar>)
}

/// Lanes of doubles.
protocol Lanes64: Lanes where Scalar == Double {}
/// Lanes of floats.
protocol Lanes32: Lanes where Scalar == Float {}

extension Lanes {
  @inline(always) static func + (a: Self, b: Self) -> Self { add(a, b) }
  @inline(always) static func - (a: Self, b: Self) -> Self { sub(a, b) }
  @inline(always) static func * (a: Self, b: Self) -> Self { mul(a, b) }
  @inline(always) static func / (a: Self, b: Self) -> Self { div(a, b) }
  @inline(always) static prefix func - (a: Self) -> Self { neg(a) }
  @inline(always) static func += (a: inout Self, b: Self) { a = add(a, b) }
  @inline(always) static func -= (a: inout Self, b: Self) { a = sub(a, b) }
  @inline(always) static func *= (a: inout Self, b: Self) { a = mul(a, b) }
  @inline(always) static func .< (a: Self, b: Self) -> Bits { lessThan(a, b) }
  @inline(always) static func .> (a: Self, b: Self) -> Bits { lessThan(b, a) }
  @inline(always) static func .<= (a: Self, b: Self) -> Bits { lessEqual(a, b) }
  @inline(always) static func .>= (a: Self, b: Self) -> Bits { lessEqual(b, a) }
  @inline(always) static func .== (a: Self, b: Self) -> Bits { equal(a, b) }
  @inline(always) static func .!= (a: Self, b: Self) -> Bits { .not(equal(a, b)) }

  /// The number in the first lane.
  @inline(always) var first: Scalar {
    withUnsafeBytes(of: self) { $0.loadUnaligned(as: Scalar.self) }
  }
  /// Whether there are 32 vector registers, not 16.
  @inline(always) static var hasManyRegisters: Bool {
    #if KERNELS_V4
      true
    #else
      false
    #endif
  }
  /// Vectors in a group of a plan: 64 bytes.
  @inline(always) static var perGroup: Int {
    (MemoryLayout<Scalar>.size == 8 ? LaneWidth.f64 : LaneWidth.f32) / count
  }
  /// `c - a·b`.
  @inline(always) static func fnma(_ a: Self, _ b: Self, _ c: Self) -> Self { fma(neg(a), b, c) }
  /// `1 / √a`.
  @inline(always) static func rsqrt(_ a: Self) -> Self { constant(1) / sqrt(a) }
  /// The same number, rounded to the scalar type, in every lane.
  @inline(always) static func constant(_ x: Double) -> Self { splat(Scalar(x)) }
  @inline(always) static var zero: Self { splat(0) }
  @inline(always) static var one: Self { splat(1) }
  /// Only the sign bits of `a`.
  @inline(always) static func signBits(_ a: Self) -> Bits { a.bits & splat(-Scalar.zero).bits }
  /// `magnitude ≥ 0` with the sign of `sign`.
  @inline(always) static func withSign(_ magnitude: Self, of sign: Self) -> Self {
    value(magnitude.bits | signBits(sign))
  }
  /// True in lanes that hold a NaN.
  @inline(always) static func isNaN(_ a: Self) -> Bits { a .!= a }
  /// True in lanes that hold a NaN or an infinity.
  @inline(always) static func isNotFinite(_ a: Self) -> Bits { .not(abs(a) .<= splat(Scalar.greatestFiniteMagnitude)) }
}

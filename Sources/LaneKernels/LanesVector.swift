import CVec

// A vector fills one register of the instruction set. Swift gives a generic type one conditional conformance only, and the
// same SIMD8 holds doubles in one instruction set and floats in another: each names its own types, and what they promise
// stands below, whatever they are.
#if KERNELS_V4
  typealias VectorOfDoubles = SIMD8<Double>
  typealias VectorOfFloats = SIMD16<Float>
  typealias VectorOfLongs = SIMD8<Int>
  typealias VectorOfInts = SIMD16<Int32>
  extension SIMD8: LaneBits where Scalar == Int {}
  extension SIMD8: LaneConstants, Lanes, Lanes64 where Scalar == Double {
    typealias Bits = VectorOfLongs
  }
  extension SIMD16: LaneBits where Scalar == Int32 {}
  extension SIMD16: LaneConstants, Lanes, Lanes32 where Scalar == Float {
    typealias Bits = VectorOfInts
  }
#elseif KERNELS_V3
  typealias VectorOfDoubles = SIMD4<Double>
  typealias VectorOfFloats = SIMD8<Float>
  typealias VectorOfLongs = SIMD4<Int>
  typealias VectorOfInts = SIMD8<Int32>
  extension SIMD4: LaneBits where Scalar == Int {}
  extension SIMD4: LaneConstants, Lanes, Lanes64 where Scalar == Double {
    typealias Bits = VectorOfLongs
  }
  extension SIMD8: LaneBits where Scalar == Int32 {}
  extension SIMD8: LaneConstants, Lanes, Lanes32 where Scalar == Float {
    typealias Bits = VectorOfInts
  }
#else
  typealias VectorOfDoubles = SIMD2<Double>
  typealias VectorOfFloats = SIMD4<Float>
  typealias VectorOfLongs = SIMD2<Int>
  typealias VectorOfInts = SIMD4<Int32>
  extension SIMD2: LaneBits where Scalar == Int {}
  extension SIMD2: LaneConstants, Lanes, Lanes64 where Scalar == Double {
    typealias Bits = VectorOfLongs
  }
  extension SIMD4: LaneBits where Scalar == Int32 {}
  extension SIMD4: LaneConstants, Lanes, Lanes32 where Scalar == Float {
    typealias Bits = VectorOfInts
  }
#endif

extension LaneBits where Self == VectorOfLongs {
  @inline(always) static func splat(_ x: Int) -> Self { cv_splat_l(Int(truncatingIfNeeded: x)) }
  @inline(always) static func and(_ a: Self, _ b: Self) -> Self { cv_and_l(a, b) }
  @inline(always) static func or(_ a: Self, _ b: Self) -> Self { cv_or_l(a, b) }
  @inline(always) static func xor(_ a: Self, _ b: Self) -> Self { cv_xor_l(a, b) }
  @inline(always) static func not(_ a: Self) -> Self { cv_not_l(a) }
  @inline(always) static func add(_ a: Self, _ b: Self) -> Self { cv_add_l(a, b) }
  @inline(always) static func sub(_ a: Self, _ b: Self) -> Self { cv_sub_l(a, b) }
  @inline(always) static func lessThan(_ a: Self, _ b: Self) -> Self { cv_lt_l(a, b) }
  @inline(always) static func equal(_ a: Self, _ b: Self) -> Self { cv_eq_l(a, b) }
  @inline(always) static func select(_ mask: Self, _ a: Self, _ b: Self) -> Self { cv_select_l(mask, a, b) }
  @inline(always) func shiftedLeft(_ count: Int32) -> Self { cv_shl_l(self, count) }
  @inline(always) func shiftedRight(_ count: Int32) -> Self { cv_shr_l(self, count) }
  @inline(always) func shiftedRightLogically(_ count: Int32) -> Self { cv_ushr_l(self, count) }
  @inline(always) var any: Bool { cv_any_l(self) }
  @inline(always) var minimum: Int { Int(cv_reduce_min_l(self)) }
  @inline(always) var maximum: Int { Int(cv_reduce_max_l(self)) }
}

extension Lanes where Self == VectorOfDoubles {
  @inline(always) static var count: Int { MemoryLayout<Self>.size / MemoryLayout<Double>.size }
  @inline(always) static var fusesMultiplyAdd: Bool { CV_HAS_FMA == 1 }
  @inline(always) static func splat(_ x: Double) -> Self { cv_splat_d(x) }
  @inline(always) static func add(_ a: Self, _ b: Self) -> Self { cv_add_d(a, b) }
  @inline(always) static func sub(_ a: Self, _ b: Self) -> Self { cv_sub_d(a, b) }
  @inline(always) static func mul(_ a: Self, _ b: Self) -> Self { cv_mul_d(a, b) }
  @inline(always) static func div(_ a: Self, _ b: Self) -> Self { cv_div_d(a, b) }
  @inline(always) static func neg(_ a: Self) -> Self { cv_neg_d(a) }
  @inline(always) static func fma(_ a: Self, _ b: Self, _ c: Self) -> Self { cv_fma_d(a, b, c) }
  @inline(always) static func sqrt(_ a: Self) -> Self { cv_sqrt_d(a) }
  @inline(always) static func abs(_ a: Self) -> Self { cv_abs_d(a) }
  @inline(always) static func rint(_ a: Self) -> Self { cv_rint_d(a) }
  @inline(always) static func min(_ a: Self, _ b: Self) -> Self { cv_min_d(a, b) }
  @inline(always) static func max(_ a: Self, _ b: Self) -> Self { cv_max_d(a, b) }
  @inline(always) static func lessThan(_ a: Self, _ b: Self) -> VectorOfLongs { cv_lt_d(a, b) }
  @inline(always) static func lessEqual(_ a: Self, _ b: Self) -> VectorOfLongs { cv_le_d(a, b) }
  @inline(always) static func equal(_ a: Self, _ b: Self) -> VectorOfLongs { cv_eq_d(a, b) }
  @inline(always) static func select(_ mask: VectorOfLongs, _ a: Self, _ b: Self) -> Self { cv_select_d(mask, a, b) }
  @inline(always) var bits: VectorOfLongs { cv_bits_d(self) }
  @inline(always) static func value(_ bits: VectorOfLongs) -> Self { cv_value_d(bits) }
  @inline(always) var sum: Double { cv_sum_d(self) }
  @inline(always) static func load(_ p: UnsafePointer<Double>) -> Self { cv_load_d(p) }
  @inline(always) static func reload(_ p: UnsafePointer<Double>) -> Self { cv_reload_d(p) }
  @inline(always) static func gather(_ p: UnsafePointer<Self>, _ rows: VectorOfLongs) -> Self {
    cv_gather_d(UnsafeRawPointer(p).assumingMemoryBound(to: Double.self), rows)
  }
  @inline(always) func store(_ p: UnsafeMutablePointer<Double>) { cv_store_d(p, self) }
  @inline(always) static func packBlocks(
    _ rows: UnsafePointer<UnsafePointer<Double>?>, _ lanes: UnsafeMutablePointer<Double>, _ blocks: Int
  ) { cv_pack_blocks_d(rows, lanes, blocks) }
  @inline(always) static func unpackBlocks(
    _ lanes: UnsafePointer<Double>, _ rows: UnsafePointer<UnsafeMutablePointer<Double>?>, _ blocks: Int
  ) { cv_unpack_blocks_d(lanes, rows, blocks) }
  @inline(always) static func sumBlock(_ lanes: UnsafePointer<Double>, _ sums: UnsafeMutablePointer<Double>) {
    cv_sum_block_d(lanes, sums)
  }
}

extension LaneBits where Self == VectorOfInts {
  @inline(always) static func splat(_ x: Int) -> Self { cv_splat_i(Int32(truncatingIfNeeded: x)) }
  @inline(always) static func and(_ a: Self, _ b: Self) -> Self { cv_and_i(a, b) }
  @inline(always) static func or(_ a: Self, _ b: Self) -> Self { cv_or_i(a, b) }
  @inline(always) static func xor(_ a: Self, _ b: Self) -> Self { cv_xor_i(a, b) }
  @inline(always) static func not(_ a: Self) -> Self { cv_not_i(a) }
  @inline(always) static func add(_ a: Self, _ b: Self) -> Self { cv_add_i(a, b) }
  @inline(always) static func sub(_ a: Self, _ b: Self) -> Self { cv_sub_i(a, b) }
  @inline(always) static func lessThan(_ a: Self, _ b: Self) -> Self { cv_lt_i(a, b) }
  @inline(always) static func equal(_ a: Self, _ b: Self) -> Self { cv_eq_i(a, b) }
  @inline(always) static func select(_ mask: Self, _ a: Self, _ b: Self) -> Self { cv_select_i(mask, a, b) }
  @inline(always) func shiftedLeft(_ count: Int32) -> Self { cv_shl_i(self, count) }
  @inline(always) func shiftedRight(_ count: Int32) -> Self { cv_shr_i(self, count) }
  @inline(always) func shiftedRightLogically(_ count: Int32) -> Self { cv_ushr_i(self, count) }
  @inline(always) var any: Bool { cv_any_i(self) }
  @inline(always) var minimum: Int { Int(cv_reduce_min_i(self)) }
  @inline(always) var maximum: Int { Int(cv_reduce_max_i(self)) }
}

extension Lanes where Self == VectorOfFloats {
  @inline(always) static var count: Int { MemoryLayout<Self>.size / MemoryLayout<Float>.size }
  @inline(always) static var fusesMultiplyAdd: Bool { CV_HAS_FMA == 1 }
  @inline(always) static func splat(_ x: Float) -> Self { cv_splat_f(x) }
  @inline(always) static func add(_ a: Self, _ b: Self) -> Self { cv_add_f(a, b) }
  @inline(always) static func sub(_ a: Self, _ b: Self) -> Self { cv_sub_f(a, b) }
  @inline(always) static func mul(_ a: Self, _ b: Self) -> Self { cv_mul_f(a, b) }
  @inline(always) static func div(_ a: Self, _ b: Self) -> Self { cv_div_f(a, b) }
  @inline(always) static func neg(_ a: Self) -> Self { cv_neg_f(a) }
  @inline(always) static func fma(_ a: Self, _ b: Self, _ c: Self) -> Self { cv_fma_f(a, b, c) }
  @inline(always) static func sqrt(_ a: Self) -> Self { cv_sqrt_f(a) }
  @inline(always) static func abs(_ a: Self) -> Self { cv_abs_f(a) }
  @inline(always) static func rint(_ a: Self) -> Self { cv_rint_f(a) }
  @inline(always) static func min(_ a: Self, _ b: Self) -> Self { cv_min_f(a, b) }
  @inline(always) static func max(_ a: Self, _ b: Self) -> Self { cv_max_f(a, b) }
  @inline(always) static func lessThan(_ a: Self, _ b: Self) -> VectorOfInts { cv_lt_f(a, b) }
  @inline(always) static func lessEqual(_ a: Self, _ b: Self) -> VectorOfInts { cv_le_f(a, b) }
  @inline(always) static func equal(_ a: Self, _ b: Self) -> VectorOfInts { cv_eq_f(a, b) }
  @inline(always) static func select(_ mask: VectorOfInts, _ a: Self, _ b: Self) -> Self { cv_select_f(mask, a, b) }
  @inline(always) var bits: VectorOfInts { cv_bits_f(self) }
  @inline(always) static func value(_ bits: VectorOfInts) -> Self { cv_value_f(bits) }
  @inline(always) var sum: Float { cv_sum_f(self) }
  @inline(always) static func load(_ p: UnsafePointer<Float>) -> Self { cv_load_f(p) }
  @inline(always) static func reload(_ p: UnsafePointer<Float>) -> Self { cv_reload_f(p) }
  @inline(always) static func gather(_ p: UnsafePointer<Self>, _ rows: VectorOfInts) -> Self {
    cv_gather_f(UnsafeRawPointer(p).assumingMemoryBound(to: Float.self), rows)
  }
  @inline(always) func store(_ p: UnsafeMutablePointer<Float>) { cv_store_f(p, self) }
  @inline(always) static func packBlocks(
    _ rows: UnsafePointer<UnsafePointer<Float>?>, _ lanes: UnsafeMutablePointer<Float>, _ blocks: Int
  ) { cv_pack_blocks_f(rows, lanes, blocks) }
  @inline(always) static func unpackBlocks(
    _ lanes: UnsafePointer<Float>, _ rows: UnsafePointer<UnsafeMutablePointer<Float>?>, _ blocks: Int
  ) { cv_unpack_blocks_f(lanes, rows, blocks) }
  @inline(always) static func sumBlock(_ lanes: UnsafePointer<Float>, _ sums: UnsafeMutablePointer<Float>) {
    cv_sum_block_f(lanes, sums)
  }
}

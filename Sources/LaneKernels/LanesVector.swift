import CVec

extension SIMD8: LaneBits where Scalar == Int {
  @inline(always) static func splat(_ x: Int) -> Self { cv_splat_8l(Int(truncatingIfNeeded: x)) }
  @inline(always) static func and(_ a: Self, _ b: Self) -> Self { cv_and_8l(a, b) }
  @inline(always) static func or(_ a: Self, _ b: Self) -> Self { cv_or_8l(a, b) }
  @inline(always) static func xor(_ a: Self, _ b: Self) -> Self { cv_xor_8l(a, b) }
  @inline(always) static func not(_ a: Self) -> Self { cv_not_8l(a) }
  @inline(always) static func add(_ a: Self, _ b: Self) -> Self { cv_add_8l(a, b) }
  @inline(always) static func sub(_ a: Self, _ b: Self) -> Self { cv_sub_8l(a, b) }
  @inline(always) static func lessThan(_ a: Self, _ b: Self) -> Self { cv_lt_8l(a, b) }
  @inline(always) static func equal(_ a: Self, _ b: Self) -> Self { cv_eq_8l(a, b) }
  @inline(always) static func select(_ mask: Self, _ a: Self, _ b: Self) -> Self { cv_select_8l(mask, a, b) }
  @inline(always) func shiftedLeft(_ count: Int32) -> Self { cv_shl_8l(self, count) }
  @inline(always) func shiftedRight(_ count: Int32) -> Self { cv_shr_8l(self, count) }
  @inline(always) func shiftedRightLogically(_ count: Int32) -> Self { cv_ushr_8l(self, count) }
  @inline(always) var any: Bool { cv_any_8l(self) }
  @inline(always) var minimum: Int { Int(cv_reduce_min_8l(self)) }
  @inline(always) var maximum: Int { Int(cv_reduce_max_8l(self)) }
}

extension SIMD8: LaneConstants, Lanes, Lanes64 where Scalar == Double {
  @inline(always) static var count: Int { 8 }
  @inline(always) static var fusesMultiplyAdd: Bool { CV_HAS_FMA == 1 }
  @inline(always) static func splat(_ x: Double) -> Self { cv_splat_8d(x) }
  @inline(always) static func add(_ a: Self, _ b: Self) -> Self { cv_add_8d(a, b) }
  @inline(always) static func sub(_ a: Self, _ b: Self) -> Self { cv_sub_8d(a, b) }
  @inline(always) static func mul(_ a: Self, _ b: Self) -> Self { cv_mul_8d(a, b) }
  @inline(always) static func div(_ a: Self, _ b: Self) -> Self { cv_div_8d(a, b) }
  @inline(always) static func neg(_ a: Self) -> Self { cv_neg_8d(a) }
  @inline(always) static func fma(_ a: Self, _ b: Self, _ c: Self) -> Self { cv_fma_8d(a, b, c) }
  @inline(always) static func sqrt(_ a: Self) -> Self { cv_sqrt_8d(a) }
  @inline(always) static func abs(_ a: Self) -> Self { cv_abs_8d(a) }
  @inline(always) static func rint(_ a: Self) -> Self { cv_rint_8d(a) }
  @inline(always) static func min(_ a: Self, _ b: Self) -> Self { cv_min_8d(a, b) }
  @inline(always) static func max(_ a: Self, _ b: Self) -> Self { cv_max_8d(a, b) }
  @inline(always) static func lessThan(_ a: Self, _ b: Self) -> SIMD8<Int> { cv_lt_8d(a, b) }
  @inline(always) static func lessEqual(_ a: Self, _ b: Self) -> SIMD8<Int> { cv_le_8d(a, b) }
  @inline(always) static func equal(_ a: Self, _ b: Self) -> SIMD8<Int> { cv_eq_8d(a, b) }
  @inline(always) static func select(_ mask: SIMD8<Int>, _ a: Self, _ b: Self) -> Self { cv_select_8d(mask, a, b) }
  @inline(always) var bits: SIMD8<Int> { cv_bits_8d(self) }
  @inline(always) static func value(_ bits: SIMD8<Int>) -> Self { cv_value_8d(bits) }
  @inline(always) var sum: Double { cv_sum_8d(self) }
  @inline(always) static func load(_ p: UnsafePointer<Double>) -> Self { cv_load_8d(p) }
  @inline(always) func store(_ p: UnsafeMutablePointer<Double>) { cv_store_8d(p, self) }
  @inline(always) static func packBlock(
    _ rows: UnsafePointer<UnsafePointer<Double>?>, _ lanes: UnsafeMutablePointer<Double>
  ) { cv_pack_block_8d(rows, lanes) }
  @inline(always) static func unpackBlock(
    _ lanes: UnsafePointer<Double>, _ rows: UnsafePointer<UnsafeMutablePointer<Double>?>
  ) { cv_unpack_block_8d(lanes, rows) }
  @inline(always) static func sumBlock(_ lanes: UnsafePointer<Double>, _ sums: UnsafeMutablePointer<Double>) {
    cv_sum_block_8d(lanes, sums)
  }
}

extension SIMD16: LaneBits where Scalar == Int32 {
  @inline(always) static func splat(_ x: Int) -> Self { cv_splat_16i(Int32(truncatingIfNeeded: x)) }
  @inline(always) static func and(_ a: Self, _ b: Self) -> Self { cv_and_16i(a, b) }
  @inline(always) static func or(_ a: Self, _ b: Self) -> Self { cv_or_16i(a, b) }
  @inline(always) static func xor(_ a: Self, _ b: Self) -> Self { cv_xor_16i(a, b) }
  @inline(always) static func not(_ a: Self) -> Self { cv_not_16i(a) }
  @inline(always) static func add(_ a: Self, _ b: Self) -> Self { cv_add_16i(a, b) }
  @inline(always) static func sub(_ a: Self, _ b: Self) -> Self { cv_sub_16i(a, b) }
  @inline(always) static func lessThan(_ a: Self, _ b: Self) -> Self { cv_lt_16i(a, b) }
  @inline(always) static func equal(_ a: Self, _ b: Self) -> Self { cv_eq_16i(a, b) }
  @inline(always) static func select(_ mask: Self, _ a: Self, _ b: Self) -> Self { cv_select_16i(mask, a, b) }
  @inline(always) func shiftedLeft(_ count: Int32) -> Self { cv_shl_16i(self, count) }
  @inline(always) func shiftedRight(_ count: Int32) -> Self { cv_shr_16i(self, count) }
  @inline(always) func shiftedRightLogically(_ count: Int32) -> Self { cv_ushr_16i(self, count) }
  @inline(always) var any: Bool { cv_any_16i(self) }
  @inline(always) var minimum: Int { Int(cv_reduce_min_16i(self)) }
  @inline(always) var maximum: Int { Int(cv_reduce_max_16i(self)) }
}

extension SIMD16: LaneConstants, Lanes, Lanes32 where Scalar == Float {
  @inline(always) static var count: Int { 16 }
  @inline(always) static var fusesMultiplyAdd: Bool { CV_HAS_FMA == 1 }
  @inline(always) static func splat(_ x: Float) -> Self { cv_splat_16f(x) }
  @inline(always) static func add(_ a: Self, _ b: Self) -> Self { cv_add_16f(a, b) }
  @inline(always) static func sub(_ a: Self, _ b: Self) -> Self { cv_sub_16f(a, b) }
  @inline(always) static func mul(_ a: Self, _ b: Self) -> Self { cv_mul_16f(a, b) }
  @inline(always) static func div(_ a: Self, _ b: Self) -> Self { cv_div_16f(a, b) }
  @inline(always) static func neg(_ a: Self) -> Self { cv_neg_16f(a) }
  @inline(always) static func fma(_ a: Self, _ b: Self, _ c: Self) -> Self { cv_fma_16f(a, b, c) }
  @inline(always) static func sqrt(_ a: Self) -> Self { cv_sqrt_16f(a) }
  @inline(always) static func abs(_ a: Self) -> Self { cv_abs_16f(a) }
  @inline(always) static func rint(_ a: Self) -> Self { cv_rint_16f(a) }
  @inline(always) static func min(_ a: Self, _ b: Self) -> Self { cv_min_16f(a, b) }
  @inline(always) static func max(_ a: Self, _ b: Self) -> Self { cv_max_16f(a, b) }
  @inline(always) static func lessThan(_ a: Self, _ b: Self) -> SIMD16<Int32> { cv_lt_16f(a, b) }
  @inline(always) static func lessEqual(_ a: Self, _ b: Self) -> SIMD16<Int32> { cv_le_16f(a, b) }
  @inline(always) static func equal(_ a: Self, _ b: Self) -> SIMD16<Int32> { cv_eq_16f(a, b) }
  @inline(always) static func select(_ mask: SIMD16<Int32>, _ a: Self, _ b: Self) -> Self { cv_select_16f(mask, a, b) }
  @inline(always) var bits: SIMD16<Int32> { cv_bits_16f(self) }
  @inline(always) static func value(_ bits: SIMD16<Int32>) -> Self { cv_value_16f(bits) }
  @inline(always) var sum: Float { cv_sum_16f(self) }
  @inline(always) static func load(_ p: UnsafePointer<Float>) -> Self { cv_load_16f(p) }
  @inline(always) func store(_ p: UnsafeMutablePointer<Float>) { cv_store_16f(p, self) }
  @inline(always) static func packBlock(
    _ rows: UnsafePointer<UnsafePointer<Float>?>, _ lanes: UnsafeMutablePointer<Float>
  ) { cv_pack_block_16f(rows, lanes) }
  @inline(always) static func unpackBlock(
    _ lanes: UnsafePointer<Float>, _ rows: UnsafePointer<UnsafeMutablePointer<Float>?>
  ) { cv_unpack_block_16f(lanes, rows) }
  @inline(always) static func sumBlock(_ lanes: UnsafePointer<Float>, _ sums: UnsafeMutablePointer<Float>) {
    cv_sum_block_16f(lanes, sums)
  }
}

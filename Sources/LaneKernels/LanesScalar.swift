import CVec

extension Int: LaneBits {
  @inline(always) static func splat(_ x: Int) -> Self { Int(truncatingIfNeeded: x) }
  @inline(always) static func and(_ a: Self, _ b: Self) -> Self { a & b }
  @inline(always) static func or(_ a: Self, _ b: Self) -> Self { a | b }
  @inline(always) static func xor(_ a: Self, _ b: Self) -> Self { a ^ b }
  @inline(always) static func not(_ a: Self) -> Self { ~a }
  @inline(always) static func add(_ a: Self, _ b: Self) -> Self { a &+ b }
  @inline(always) static func sub(_ a: Self, _ b: Self) -> Self { a &- b }
  @inline(always) static func lessThan(_ a: Self, _ b: Self) -> Self { a < b ? -1 : 0 }
  @inline(always) static func equal(_ a: Self, _ b: Self) -> Self { a == b ? -1 : 0 }
  @inline(always) static func select(_ mask: Self, _ a: Self, _ b: Self) -> Self { mask < 0 ? a : b }
  @inline(always) func shiftedLeft(_ count: Int32) -> Self { self &<< Int(truncatingIfNeeded: count) }
  @inline(always) func shiftedRight(_ count: Int32) -> Self { self &>> Int(truncatingIfNeeded: count) }
  @inline(always) func shiftedRightLogically(_ count: Int32) -> Self {
    Self(bitPattern: UInt(bitPattern: self) &>> UInt(truncatingIfNeeded: count))
  }
  @inline(always) var any: Bool { self != 0 }
  @inline(always) var minimum: Int { Int(self) }
  @inline(always) var maximum: Int { Int(self) }
}

extension Double: Lanes, Lanes64 {
  @inline(always) static var count: Int { 1 }
  @inline(always) static var fusesMultiplyAdd: Bool { CV_HAS_FMA == 1 }
  @inline(always) static func splat(_ x: Double) -> Self { x }
  @inline(always) static func add(_ a: Self, _ b: Self) -> Self { a + b }
  @inline(always) static func sub(_ a: Self, _ b: Self) -> Self { a - b }
  @inline(always) static func mul(_ a: Self, _ b: Self) -> Self { a * b }
  @inline(always) static func div(_ a: Self, _ b: Self) -> Self { a / b }
  @inline(always) static func neg(_ a: Self) -> Self { -a }
  @inline(always) static func fma(_ a: Self, _ b: Self, _ c: Self) -> Self { cv_fma_1d(a, b, c) }
  @inline(always) static func sqrt(_ a: Self) -> Self { a.squareRoot() }
  @inline(always) static func abs(_ a: Self) -> Self { a.magnitude }
  @inline(always) static func rint(_ a: Self) -> Self { cv_rint_1d(a) }
  @inline(always) static func min(_ a: Self, _ b: Self) -> Self { a < b ? a : b }
  @inline(always) static func max(_ a: Self, _ b: Self) -> Self { a > b ? a : b }
  @inline(always) static func lessThan(_ a: Self, _ b: Self) -> Int { a < b ? -1 : 0 }
  @inline(always) static func lessEqual(_ a: Self, _ b: Self) -> Int { a <= b ? -1 : 0 }
  @inline(always) static func equal(_ a: Self, _ b: Self) -> Int { a == b ? -1 : 0 }
  @inline(always) static func select(_ mask: Int, _ a: Self, _ b: Self) -> Self { mask < 0 ? a : b }
  @inline(always) var bits: Int { Int(truncatingIfNeeded: bitPattern) }
  @inline(always) static func value(_ bits: Int) -> Self { Self(bitPattern: UInt64(truncatingIfNeeded: bits)) }
  @inline(always) var sum: Double { self }
  @inline(always) static func load(_ p: UnsafePointer<Double>) -> Self { p.pointee }
  @inline(always) static func reload(_ p: UnsafePointer<Double>) -> Self { p.pointee }
  @inline(always) static func gather(_ p: UnsafePointer<Self>, _ rows: Int) -> Self { p[Int(rows)] }
  @inline(always) func store(_ p: UnsafeMutablePointer<Double>) { p.pointee = self }
  @inline(always) static func packBlocks(
    _ rows: UnsafePointer<UnsafePointer<Double>?>, _ lanes: UnsafeMutablePointer<Double>, _ blocks: Int
  ) { if let row = rows[0] { for b in 0..<blocks { lanes[b] = row[b] } } }
  @inline(always) static func unpackBlocks(
    _ lanes: UnsafePointer<Double>, _ rows: UnsafePointer<UnsafeMutablePointer<Double>?>, _ blocks: Int
  ) { if let row = rows[0] { for b in 0..<blocks { row[b] = lanes[b] } } }
  @inline(always) static func sumBlock(_ lanes: UnsafePointer<Double>, _ sums: UnsafeMutablePointer<Double>) {
    sums[0] = lanes[0]
  }
}

extension Int32: LaneBits {
  @inline(always) static func splat(_ x: Int) -> Self { Int32(truncatingIfNeeded: x) }
  @inline(always) static func and(_ a: Self, _ b: Self) -> Self { a & b }
  @inline(always) static func or(_ a: Self, _ b: Self) -> Self { a | b }
  @inline(always) static func xor(_ a: Self, _ b: Self) -> Self { a ^ b }
  @inline(always) static func not(_ a: Self) -> Self { ~a }
  @inline(always) static func add(_ a: Self, _ b: Self) -> Self { a &+ b }
  @inline(always) static func sub(_ a: Self, _ b: Self) -> Self { a &- b }
  @inline(always) static func lessThan(_ a: Self, _ b: Self) -> Self { a < b ? -1 : 0 }
  @inline(always) static func equal(_ a: Self, _ b: Self) -> Self { a == b ? -1 : 0 }
  @inline(always) static func select(_ mask: Self, _ a: Self, _ b: Self) -> Self { mask < 0 ? a : b }
  @inline(always) func shiftedLeft(_ count: Int32) -> Self { self &<< Int32(truncatingIfNeeded: count) }
  @inline(always) func shiftedRight(_ count: Int32) -> Self { self &>> Int32(truncatingIfNeeded: count) }
  @inline(always) func shiftedRightLogically(_ count: Int32) -> Self {
    Self(bitPattern: UInt32(bitPattern: self) &>> UInt32(truncatingIfNeeded: count))
  }
  @inline(always) var any: Bool { self != 0 }
  @inline(always) var minimum: Int { Int(self) }
  @inline(always) var maximum: Int { Int(self) }
}

extension Float: Lanes, Lanes32 {
  @inline(always) static var count: Int { 1 }
  @inline(always) static var fusesMultiplyAdd: Bool { CV_HAS_FMA == 1 }
  @inline(always) static func splat(_ x: Float) -> Self { x }
  @inline(always) static func add(_ a: Self, _ b: Self) -> Self { a + b }
  @inline(always) static func sub(_ a: Self, _ b: Self) -> Self { a - b }
  @inline(always) static func mul(_ a: Self, _ b: Self) -> Self { a * b }
  @inline(always) static func div(_ a: Self, _ b: Self) -> Self { a / b }
  @inline(always) static func neg(_ a: Self) -> Self { -a }
  @inline(always) static func fma(_ a: Self, _ b: Self, _ c: Self) -> Self { cv_fma_1f(a, b, c) }
  @inline(always) static func sqrt(_ a: Self) -> Self { a.squareRoot() }
  @inline(always) static func abs(_ a: Self) -> Self { a.magnitude }
  @inline(always) static func rint(_ a: Self) -> Self { cv_rint_1f(a) }
  @inline(always) static func min(_ a: Self, _ b: Self) -> Self { a < b ? a : b }
  @inline(always) static func max(_ a: Self, _ b: Self) -> Self { a > b ? a : b }
  @inline(always) static func lessThan(_ a: Self, _ b: Self) -> Int32 { a < b ? -1 : 0 }
  @inline(always) static func lessEqual(_ a: Self, _ b: Self) -> Int32 { a <= b ? -1 : 0 }
  @inline(always) static func equal(_ a: Self, _ b: Self) -> Int32 { a == b ? -1 : 0 }
  @inline(always) static func select(_ mask: Int32, _ a: Self, _ b: Self) -> Self { mask < 0 ? a : b }
  @inline(always) var bits: Int32 { Int32(bitPattern: bitPattern) }
  @inline(always) static func value(_ bits: Int32) -> Self { Self(bitPattern: UInt32(bitPattern: bits)) }
  @inline(always) var sum: Float { self }
  @inline(always) static func load(_ p: UnsafePointer<Float>) -> Self { p.pointee }
  @inline(always) static func reload(_ p: UnsafePointer<Float>) -> Self { p.pointee }
  @inline(always) static func gather(_ p: UnsafePointer<Self>, _ rows: Int32) -> Self { p[Int(rows)] }
  @inline(always) func store(_ p: UnsafeMutablePointer<Float>) { p.pointee = self }
  @inline(always) static func packBlocks(
    _ rows: UnsafePointer<UnsafePointer<Float>?>, _ lanes: UnsafeMutablePointer<Float>, _ blocks: Int
  ) { if let row = rows[0] { for b in 0..<blocks { lanes[b] = row[b] } } }
  @inline(always) static func unpackBlocks(
    _ lanes: UnsafePointer<Float>, _ rows: UnsafePointer<UnsafeMutablePointer<Float>?>, _ blocks: Int
  ) { if let row = rows[0] { for b in 0..<blocks { row[b] = lanes[b] } } }
  @inline(always) static func sumBlock(_ lanes: UnsafePointer<Float>, _ sums: UnsafeMutablePointer<Float>) {
    sums[0] = lanes[0]
  }
}

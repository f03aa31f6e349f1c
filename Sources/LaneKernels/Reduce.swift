import GeocKernelABI

/// `reduce`, sizes [kind, outer, mid, inner]: x [outer,mid,inner] → y [outer,inner].
///
/// kind 0: sum, 1: maximum, 2: minimum; a NaN makes the result a NaN in every kind.
enum Reduce: LaneKernel {
  static var name: String { "reduce" }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    switch call.sizes[0] {
    case 0: reduce(call, Sum.self, as: V.self)
    case 1: reduce(call, Maximum.self, as: V.self)
    default: reduce(call, Minimum.self, as: V.self)
    }
  }

  private static func reduce<V: Lanes, F: BinaryFunction>(_ call: KernelCall, _: F.Type, as _: V.Type) {
    let (outer, mid, inner) = (call.sizes[1], call.sizes[2], call.sizes[3])
    for group in 0..<call.groups {
      let y = call.lanes(1, group: group, as: V.self)
      if V.count > 1 && call.operands[0].isBatched {
        fold(LaneElements<V>(call, operand: 0, group: group), y, F.self, outer, mid, inner)
      } else if V.count > 1 {
        fold(SplatElements<V>(call, operand: 0, group: group), y, F.self, outer, mid, inner)
      } else if inner > 1 || mid < 64 {
        fold(LaneElements<V>(call, operand: 0, group: group), y, F.self, outer, mid, inner)
      } else if V.Scalar.self == Double.self {
        foldRows(call, F.self, outer, mid, as: VectorOfDoubles.self)
      } else {
        foldRows(call, F.self, outer, mid, as: VectorOfFloats.self)
      }
    }
  }

  /// Four partial results per sum, so that one addition does not wait for the one before.
  @inline(always)
  private static func fold<X: ElementSource, F: BinaryFunction>(
    _ x: X, _ y: UnsafeMutablePointer<X.Vector>, _: F.Type, _ outer: Int, _ mid: Int, _ inner: Int
  ) {
    for o in 0..<outer {
      for i in 0..<inner {
        let row = x.advanced(by: o * mid * inner + i)
        var a = row[0]
        var k = 1
        if mid >= 8 {
          var (b, c, d) = (row[inner], row[2 * inner], row[3 * inner])
          k = 4
          while k + 4 <= mid {
            a = F.apply(a, row[k * inner])
            b = F.apply(b, row[(k + 1) * inner])
            c = F.apply(c, row[(k + 2) * inner])
            d = F.apply(d, row[(k + 3) * inner])
            k += 4
          }
          a = F.apply(F.apply(a, b), F.apply(c, d))
        }
        while k < mid {
          a = F.apply(a, row[k * inner])
          k += 1
        }
        y[o * inner + i] = a
      }
    }
  }

  /// Contiguous rows of single numbers, at least four vectors long.
  private static func foldRows<V: Lanes, F: BinaryFunction>(
    _ call: KernelCall, _: F.Type, _ outer: Int, _ mid: Int, as _: V.Type
  ) where V.Scalar: Lanes {
    let x = call.scalars(0, group: 0, as: V.self)
    let y = call.scalars(1, group: 0, as: V.self)
    for o in 0..<outer { y[o] = foldRow(x + o * mid, mid, F.self, as: V.self) }
  }

  private static func foldRow<V: Lanes, F: BinaryFunction>(
    _ x: UnsafePointer<V.Scalar>, _ count: Int, _: F.Type, as _: V.Type
  ) -> V.Scalar where V.Scalar: Lanes {
    var (a, b) = (V.load(x), V.load(x + V.count))
    var k = 2 * V.count
    while k + 2 * V.count <= count {
      a = F.apply(a, V.load(x + k))
      b = F.apply(b, V.load(x + k + V.count))
      k += 2 * V.count
    }
    return withUnsafeTemporaryAllocation(of: V.Scalar.self, capacity: 4 * V.count) { rest in
      guard let rest = rest.baseAddress else { return 0 }
      F.apply(a, b).store(rest)
      let tail = count - k
      for e in 0..<tail { rest[V.count + e] = x[k + e] }
      var length = V.count
      while length > 1 {
        length /= 2
        for e in 0..<length { rest[e] = F.apply(rest[e], rest[e + length]) }
      }
      var result = rest[0]
      for e in 0..<tail { result = F.apply(result, rest[V.count + e]) }
      return result
    }
  }

  private enum Sum: BinaryFunction {
    @inline(always) static func apply<V: Lanes>(_ a: V, _ b: V) -> V { a + b }
  }
  private enum Maximum: BinaryFunction {
    @inline(always) static func apply<V: Lanes>(_ a: V, _ b: V) -> V { V.select(V.isNaN(b), b, V.max(b, a)) }
  }
  private enum Minimum: BinaryFunction {
    @inline(always) static func apply<V: Lanes>(_ a: V, _ b: V) -> V { V.select(V.isNaN(b), b, V.min(b, a)) }
  }
}

/// `max_vjp`, sizes [outer, mid, inner]: x [outer,mid,inner], y, dy [outer,inner] → dx, ties sharing dy equally.
enum MaxVJP: LaneKernel {
  static var name: String { "max_vjp" }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let (outer, mid, inner) = (call.sizes[0], call.sizes[1], call.sizes[2])
    for group in 0..<call.groups {
      let x = call.source(0, group: group, as: V.self)
      let y = call.source(1, group: group, as: V.self)
      let dy = call.source(2, group: group, as: V.self)
      let dx = call.lanes(3, group: group, as: V.self)
      for o in 0..<outer {
        for i in 0..<inner {
          let top = y[o * inner + i]
          let first = o * mid * inner + i
          var hits = V.zero
          for k in 0..<mid { hits += V.select(x[first + k * inner] .== top, V.one, V.zero) }
          let share = dy[o * inner + i] / hits
          for k in 0..<mid {
            dx[first + k * inner] = V.select(x[first + k * inner] .== top, share, V.zero)
          }
        }
      }
    }
  }
}

import GeocKernelABI

/// `matmul_reduce`, sizes [F, divA, modA, divB, modB, divC, modC, m, k, n, ta, tb]: A, B → C, unbatched.
///
/// Field g of C [modC,m,n] is the sum of op(A) op(B) over the items of the chunk and over the fields f with
/// (f / divC) % modC = g. Lanes without an item of their own do not count. Where there is enough to do for an item, and for
/// outer products, the items are brought into rows (`ItemProducts`); else the sums over lanes are taken once, at the end
/// of the chunk.
enum MatmulReduce: LaneKernel {
  static var name: String { "matmul_reduce" }
  static func workspace(_ sizes: [Int]) -> Int {
    let blocks = 17 + LaneWidth.f32
    guard sizes.count > 11 else { return blocks }
    return sizes.withUnsafeBufferPointer { sizes in
      guard let sizes = sizes.baseAddress, ItemProducts<Float>.apply(to: sizes) else { return blocks }
      return Swift.max(blocks, ItemProducts<Float>.workspace(sizes))
    }
  }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let a = call.operands[0].isBatched
    let b = call.operands[1].isBatched
    if V.count > 1 && a && b && ItemProducts<V>.apply(to: call.sizes) {
      ItemProducts<V>(call).run()
    } else if V.count == 1 || (a && b) {
      product(call, LaneElements<V>.self, LaneElements<V>.self)
    } else if a {
      product(call, LaneElements<V>.self, SplatElements<V>.self)
    } else if b {
      product(call, SplatElements<V>.self, LaneElements<V>.self)
    } else {
      product(call, SplatElements<V>.self, SplatElements<V>.self)
    }
  }

  private static func product<A: ElementSource, B: ElementSource>(_ call: KernelCall, _: A.Type, _: B.Type)
  where A.Vector == B.Vector {
    typealias V = A.Vector
    let s = call.sizes
    let (mapC, m, n) = (FieldMap(s + 5), s[7], s[9])
    let c = call.scalars(2, group: 0, as: V.self)
    let sums = call.scratchLanes(as: V.self)
    let totals = UnsafeMutableRawPointer(sums + 16).assumingMemoryBound(to: V.Scalar.self)
    for g in 0..<mapC.mod {
      for row in stride(from: 0, to: m, by: 2) {
        for column in stride(from: 0, to: n, by: 4) {
          accumulate(call, A.self, B.self, output: g, row: row, column: column, into: sums)
          let scalars = UnsafeMutableRawPointer(sums).assumingMemoryBound(to: V.Scalar.self)
          for block in stride(from: 0, to: 8, by: V.count) {
            V.sumBlock(scalars + block * V.count, totals + block)
          }
          for i in 0..<Swift.min(2, m - row) {
            for j in 0..<Swift.min(4, n - column) {
              c[(g * m + row + i) * n + column + j] = totals[4 * i + j]
            }
          }
        }
      }
    }
  }

  /// 2×4 sums over groups, fields and depth, still lane by lane, as many as fit 16 registers; rows and columns beyond the
  /// matrix repeat the last one.
  @inline(never)
  private static func accumulate<A: ElementSource, B: ElementSource>(
    _ call: KernelCall, _: A.Type, _: B.Type, output: Int, row: Int, column: Int,
    into sums: UnsafeMutablePointer<A.Vector>
  ) where A.Vector == B.Vector {
    typealias V = A.Vector
    let s = call.sizes
    let (mapA, mapB, mapC) = (FieldMap(s + 1), FieldMap(s + 3), FieldMap(s + 5))
    let (m, depth, n) = (s[7], s[8], s[9])
    let (ta, tb) = (s[10] != 0, s[11] != 0)
    let rowStride = ta ? 1 : depth
    let depthStrideA = ta ? m : 1
    let columnStride = tb ? depth : 1
    let depthStrideB = tb ? 1 : n
    let r0 = Swift.min(row + 0, m - 1) * rowStride
    let r1 = Swift.min(row + 1, m - 1) * rowStride
    let q0 = Swift.min(column + 0, n - 1) * columnStride
    let q1 = Swift.min(column + 1, n - 1) * columnStride
    let q2 = Swift.min(column + 2, n - 1) * columnStride
    let q3 = Swift.min(column + 3, n - 1) * columnStride
    var c00 = V.zero, c01 = V.zero, c02 = V.zero, c03 = V.zero
    var c10 = V.zero, c11 = V.zero, c12 = V.zero, c13 = V.zero
    for group in 0..<call.groups {
      let valid = call.validLanes(group: group, as: V.self)
      let allA = A(call, operand: 0, group: group)
      let allB = B(call, operand: 1, group: group)
      let mask = valid < V.count ? firstLanes(valid, as: V.self) : V.zero .== V.zero
      for field in 0..<s[0] where mapC(field) == output {
        let a = allA.advanced(by: mapA(field) * m * depth)
        let b = allB.advanced(by: mapB(field) * depth * n)
        for k in 0..<depth {
          let (p, q) = (k * depthStrideA, k * depthStrideB)
          var b0 = b[q + q0]
          var b1 = b[q + q1]
          var b2 = b[q + q2]
          var b3 = b[q + q3]
          var a0 = a[p + r0]
          var a1 = a[p + r1]
          if valid < V.count {
            b0 = V.select(mask, b0, V.zero)
            a0 = V.select(mask, a0, V.zero)
            b1 = V.select(mask, b1, V.zero)
            a1 = V.select(mask, a1, V.zero)
            b2 = V.select(mask, b2, V.zero)
            b3 = V.select(mask, b3, V.zero)
          }
          c00 = V.fma(a0, b0, c00)
          c01 = V.fma(a0, b1, c01)
          c02 = V.fma(a0, b2, c02)
          c03 = V.fma(a0, b3, c03)
          c10 = V.fma(a1, b0, c10)
          c11 = V.fma(a1, b1, c11)
          c12 = V.fma(a1, b2, c12)
          c13 = V.fma(a1, b3, c13)
        }
      }
    }
    sums[0] = c00
    sums[1] = c01
    sums[2] = c02
    sums[3] = c03
    sums[4] = c10
    sums[5] = c11
    sums[6] = c12
    sums[7] = c13
  }
}

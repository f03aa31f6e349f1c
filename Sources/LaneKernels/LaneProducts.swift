/// Small matrix products of one lane group, four by four vectors in registers.
enum LaneProducts {
  /// `C[i,j] = Σ_k A[i,k]·B[j,k]`, `count` terms, A, B and C [n,n]; with `symmetric`, j ≤ i only and mirrored.
  @inline(always) static func rowsByRows<V: Lanes>(
    _ a: UnsafeMutablePointer<V>, _ b: UnsafeMutablePointer<V>, _ c: UnsafeMutablePointer<V>, _ n: Int,
    symmetric: Bool
  ) {
    product(a, n, 1, b, n, 1, c, n, symmetric: symmetric)
  }

  /// `C[i,j] = Σ_k A[i,k]·B[k,j]`.
  @inline(always) static func rowsByColumns<V: Lanes>(
    _ a: UnsafeMutablePointer<V>, _ b: UnsafeMutablePointer<V>, _ c: UnsafeMutablePointer<V>, _ n: Int
  ) {
    product(a, n, 1, b, 1, n, c, n, symmetric: false)
  }

  /// `C[i,j] = Σ_k A[k,i]·B[k,j]`; with `symmetric`, j ≤ i only and mirrored.
  @inline(always) static func columnsByColumns<V: Lanes>(
    _ a: UnsafeMutablePointer<V>, _ b: UnsafeMutablePointer<V>, _ c: UnsafeMutablePointer<V>, _ n: Int,
    symmetric: Bool
  ) {
    product(a, 1, n, b, 1, n, c, n, symmetric: symmetric)
  }

  /// `C[i,j] = Σ_k A[i·ai + k·ak]·B[j·bj + k·bk]`, every sum in the order of k.
  private static func product<V: Lanes>(
    _ a: UnsafeMutablePointer<V>, _ ai: Int, _ ak: Int, _ b: UnsafeMutablePointer<V>, _ bj: Int, _ bk: Int,
    _ c: UnsafeMutablePointer<V>, _ n: Int, symmetric: Bool
  ) {
    let whole = n & ~3
    var i = 0
    while i < whole {
      var j = 0
      let stop = symmetric ? i + 1 : whole
      while j < stop {
        block(a + i * ai, ai, ak, b + j * bj, bj, bk, c + i * n + j, n)
        j += 4
      }
      i += 4
    }
    // The rows and columns that do not fill a block: one vector by four.
    for i in whole..<n {
      var j = 0
      while j < whole {
        strip(b + j * bj, bj, bk, a + i * ai, ak, c + i * n + j, 1, n)
        j += 4
      }
      if !symmetric {
        var k = 0
        while k < whole {
          strip(a + k * ai, ai, ak, b + i * bj, bk, c + k * n + i, n, n)
          k += 4
        }
      }
      for j in whole..<(symmetric ? i + 1 : n) {
        var s = V.zero
        for k in 0..<n { s = V.fma(a[i * ai + k * ak], b[j * bj + k * bk], s) }
        c[i * n + j] = s
      }
    }
    guard symmetric else { return }
    for i in 0..<n {
      for j in 0..<i { c[j * n + i] = c[i * n + j] }
    }
  }

  @inline(always) private static func strip<V: Lanes>(
    _ a: UnsafeMutablePointer<V>, _ ai: Int, _ ak: Int, _ b: UnsafeMutablePointer<V>, _ bk: Int,
    _ c: UnsafeMutablePointer<V>, _ step: Int, _ n: Int
  ) {
    var s0 = V.zero
    var s1 = V.zero
    var s2 = V.zero
    var s3 = V.zero
    var p = a
    var q = b
    for _ in 0..<n {
      let y = q[0]
      s0 = V.fma(p[0], y, s0)
      s1 = V.fma(p[ai], y, s1)
      s2 = V.fma(p[2 * ai], y, s2)
      s3 = V.fma(p[3 * ai], y, s3)
      p += ak
      q += bk
    }
    c[0] = s0
    c[step] = s1
    c[2 * step] = s2
    c[3 * step] = s3
  }

  @inline(always) private static func block<V: Lanes>(
    _ a: UnsafeMutablePointer<V>, _ ai: Int, _ ak: Int, _ b: UnsafeMutablePointer<V>, _ bj: Int, _ bk: Int,
    _ c: UnsafeMutablePointer<V>, _ n: Int
  ) {
    var s00 = V.zero
    var s01 = V.zero
    var s02 = V.zero
    var s03 = V.zero
    var s10 = V.zero
    var s11 = V.zero
    var s12 = V.zero
    var s13 = V.zero
    var s20 = V.zero
    var s21 = V.zero
    var s22 = V.zero
    var s23 = V.zero
    var s30 = V.zero
    var s31 = V.zero
    var s32 = V.zero
    var s33 = V.zero
    var p = a
    var q = b
    for _ in 0..<n {
      let a0 = p[0]
      let a1 = p[ai]
      let a2 = p[2 * ai]
      let a3 = p[3 * ai]
      let b0 = q[0]
      let b1 = q[bj]
      let b2 = q[2 * bj]
      let b3 = q[3 * bj]
      s00 = V.fma(a0, b0, s00)
      s01 = V.fma(a0, b1, s01)
      s02 = V.fma(a0, b2, s02)
      s03 = V.fma(a0, b3, s03)
      s10 = V.fma(a1, b0, s10)
      s11 = V.fma(a1, b1, s11)
      s12 = V.fma(a1, b2, s12)
      s13 = V.fma(a1, b3, s13)
      s20 = V.fma(a2, b0, s20)
      s21 = V.fma(a2, b1, s21)
      s22 = V.fma(a2, b2, s22)
      s23 = V.fma(a2, b3, s23)
      s30 = V.fma(a3, b0, s30)
      s31 = V.fma(a3, b1, s31)
      s32 = V.fma(a3, b2, s32)
      s33 = V.fma(a3, b3, s33)
      p += ak
      q += bk
    }
    let r0 = c
    let r1 = r0 + n
    let r2 = r1 + n
    let r3 = r2 + n
    r0[0] = s00
    r0[1] = s01
    r0[2] = s02
    r0[3] = s03
    r1[0] = s10
    r1[1] = s11
    r1[2] = s12
    r1[3] = s13
    r2[0] = s20
    r2[1] = s21
    r2[2] = s22
    r2[3] = s23
    r3[0] = s30
    r3[1] = s31
    r3[2] = s32
    r3[3] = s33
  }
}

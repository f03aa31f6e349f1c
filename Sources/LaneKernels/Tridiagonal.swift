/// Householder reduction of symmetric matrices to tridiagonal form, one matrix per lane.
enum Tridiagonal {
  /// Reduces the lower triangle of `a` [n,n] to a diagonal `d` [n] and subdiagonal `e` [n], `e[n-1] = 0`.
  ///
  /// Reflector i acts on the first i coordinates: its vector is left in row i of `a`, its factor in `tau[i]`.
  /// `q` is scratch [n]. From the last row up, so that graded matrices keep their small eigenvalues.
  static func reduce<V: Lanes>(
    _ a: UnsafeMutablePointer<V>, _ n: Int, _ d: UnsafeMutablePointer<V>, _ e: UnsafeMutablePointer<V>,
    _ tau: UnsafeMutablePointer<V>, _ q: UnsafeMutablePointer<V>
  ) {
    var i = n - 1
    e[n - 1] = .zero
    tau[0] = .zero
    while i > 0 {
      let u = a + i * n
      d[i] = u[i]
      var even = V.zero
      var odd = V.zero
      var k = 0
      while k + 2 < i {
        even = V.fma(u[k], u[k], even)
        odd = V.fma(u[k + 1], u[k + 1], odd)
        k += 2
      }
      if k + 1 < i { even = V.fma(u[k], u[k], even) }
      let rest = even + odd
      let f = u[i - 1]
      // Nothing to annihilate: no reflection, whatever the other lanes do. Smaller squares have no exact reciprocal.
      let isDone = rest .<= V.squarableFloor * V.squarableFloor
      let square = V.fma(f, f, rest)
      let norm = V.sqrt(square)
      let g = V.value(norm.bits | V.signBits(f))
      e[i - 1] = V.select(isDone, f, -g)
      u[i - 1] = V.select(isDone, f, f + g)
      let factor = V.select(isDone, .zero, .one / V.fma(V.abs(f), norm, square))
      tau[i] = factor
      if i > 1 {
        multiply(a, n, i, u, q)
        var dotEven = V.zero
        var dotOdd = V.zero
        k = 0
        while k + 1 < i {
          dotEven = V.fma(u[k], q[k], dotEven)
          dotOdd = V.fma(u[k + 1], q[k + 1], dotOdd)
          k += 2
        }
        if k < i { dotEven = V.fma(u[k], q[k], dotEven) }
        let correction = V.constant(0.5) * factor * (factor * (dotEven + dotOdd))
        for k in 0..<i { q[k] = V.fnma(correction, u[k], factor * q[k]) }
        subtract(a, n, i, u, q)
      }
      i -= 1
    }
    d[0] = a[0]
  }

  /// `p = A·u` for the leading i × i block, of which only the lower triangle is read.
  @inline(always) private static func multiply<V: Lanes>(
    _ a: UnsafeMutablePointer<V>, _ n: Int, _ i: Int, _ u: UnsafeMutablePointer<V>, _ p: UnsafeMutablePointer<V>
  ) {
    var j = 0
    while j + 3 < i {
      let r0 = a + j * n
      let r1 = r0 + n
      let r2 = r1 + n
      let r3 = r2 + n
      let u0 = u[j]
      let u1 = u[j + 1]
      let u2 = u[j + 2]
      let u3 = u[j + 3]
      var s0 = V.zero
      var s1 = V.zero
      var s2 = V.zero
      var s3 = V.zero
      for k in 0..<j {
        let x = u[k]
        let a0 = r0[k]
        let a1 = r1[k]
        let a2 = r2[k]
        let a3 = r3[k]
        s0 = V.fma(a0, x, s0)
        s1 = V.fma(a1, x, s1)
        s2 = V.fma(a2, x, s2)
        s3 = V.fma(a3, x, s3)
        p[k] = V.fma(a0, u0, V.fma(a1, u1, p[k])) + V.fma(a2, u2, a3 * u3)
      }
      s0 = V.fma(r0[j], u0, s0)
      s0 = V.fma(r1[j], u1, s0)
      s0 = V.fma(r2[j], u2, s0)
      p[j] = V.fma(r3[j], u3, s0)
      s1 = V.fma(r1[j], u0, s1)
      s1 = V.fma(r1[j + 1], u1, s1)
      s1 = V.fma(r2[j + 1], u2, s1)
      p[j + 1] = V.fma(r3[j + 1], u3, s1)
      s2 = V.fma(r2[j], u0, s2)
      s2 = V.fma(r2[j + 1], u1, s2)
      s2 = V.fma(r2[j + 2], u2, s2)
      p[j + 2] = V.fma(r3[j + 2], u3, s2)
      s3 = V.fma(r3[j], u0, s3)
      s3 = V.fma(r3[j + 1], u1, s3)
      s3 = V.fma(r3[j + 2], u2, s3)
      p[j + 3] = V.fma(r3[j + 3], u3, s3)
      j += 4
    }
    while j < i {
      let r = a + j * n
      let uj = u[j]
      var s = V.zero
      for k in 0..<j {
        s = V.fma(r[k], u[k], s)
        p[k] = V.fma(r[k], uj, p[k])
      }
      p[j] = V.fma(r[j], uj, s)
      j += 1
    }
  }

  /// `A -= u·qᵀ + q·uᵀ` in the lower triangle of the leading i × i block.
  @inline(always) private static func subtract<V: Lanes>(
    _ a: UnsafeMutablePointer<V>, _ n: Int, _ i: Int, _ u: UnsafeMutablePointer<V>, _ q: UnsafeMutablePointer<V>
  ) {
    var j = 0
    while j + 1 < i {
      let r0 = a + j * n
      let r1 = r0 + n
      let u0 = -u[j]
      let u1 = -u[j + 1]
      let q0 = -q[j]
      let q1 = -q[j + 1]
      for k in 0...j {
        let x = u[k]
        let y = q[k]
        r0[k] = V.fma(q0, x, V.fma(u0, y, r0[k]))
        r1[k] = V.fma(q1, x, V.fma(u1, y, r1[k]))
      }
      r1[j + 1] = V.fma(q1, u[j + 1], V.fma(u1, q[j + 1], r1[j + 1]))
      j += 2
    }
    if j < i {
      let r = a + j * n
      let uj = -u[j]
      let qj = -q[j]
      for k in 0...j { r[k] = V.fma(qj, u[k], V.fma(uj, q[k], r[k])) }
    }
  }

  /// Turns the reflectors that `reduce` left in `a` into the orthogonal matrix Q = P(n-1)···P(1), in place.
  ///
  /// Two reflectors per pass over Q; `z` is scratch [4n].
  static func formQ<V: Lanes>(
    _ a: UnsafeMutablePointer<V>, _ n: Int, _ tau: UnsafeMutablePointer<V>, _ z: UnsafeMutablePointer<V>
  ) {
    a[0] = .one
    if n > 1 { extend(a, n, 1) }
    let y1 = z
    let y2 = z + n
    let v1 = z + 2 * n
    let v2 = z + 3 * n
    var i = 2
    while i < n {
      let isPair = i + 1 < n
      let u1 = a + i * n
      // Without a partner the second reflector is the first again, with factor 0.
      let u2 = isPair ? u1 + n : u1
      let tau1 = tau[i]
      let tau2 = isPair ? tau[i + 1] : .zero
      var cross = V.zero
      for k in 0..<i {
        cross = V.fma(u1[k], u2[k], cross)
        v1[k] = -(tau1 * u1[k])
        v2[k] = -(tau2 * u2[k])
      }
      let mixed = -(tau1 * cross)
      project(a, n, i, u1, u2, y1, y2)
      for j in 0..<i { y2[j] = V.fma(mixed, y1[j], y2[j]) }
      update(a, n, i, v1, v2, y1, y2)
      if isPair {
        let last = u2[i]
        for k in 0..<i {
          a[k * n + i] = v2[k] * last
          u1[k] = -(tau2 * last * y2[k])
        }
        u1[i] = V.fnma(tau2 * last, last, .one)
        extend(a, n, i + 1)
      } else {
        extend(a, n, i)
      }
      i += 2
    }
  }

  /// Row and column `i` of the identity.
  @inline(always) private static func extend<V: Lanes>(_ a: UnsafeMutablePointer<V>, _ n: Int, _ i: Int) {
    for k in 0..<i {
      a[i * n + k] = .zero
      a[k * n + i] = .zero
    }
    a[i * n + i] = .one
  }

  /// `y1 = Qᵀu1`, `y2 = Qᵀu2`.
  @inline(always) private static func project<V: Lanes>(
    _ a: UnsafeMutablePointer<V>, _ n: Int, _ i: Int, _ u1: UnsafeMutablePointer<V>, _ u2: UnsafeMutablePointer<V>,
    _ y1: UnsafeMutablePointer<V>, _ y2: UnsafeMutablePointer<V>
  ) {
    var j = 0
    while j + 3 < i {
      var s0 = V.zero
      var s1 = V.zero
      var s2 = V.zero
      var s3 = V.zero
      var t0 = V.zero
      var t1 = V.zero
      var t2 = V.zero
      var t3 = V.zero
      var row = a + j
      for k in 0..<i {
        let x = u1[k]
        let y = u2[k]
        s0 = V.fma(row[0], x, s0)
        t0 = V.fma(row[0], y, t0)
        s1 = V.fma(row[1], x, s1)
        t1 = V.fma(row[1], y, t1)
        s2 = V.fma(row[2], x, s2)
        t2 = V.fma(row[2], y, t2)
        s3 = V.fma(row[3], x, s3)
        t3 = V.fma(row[3], y, t3)
        row += n
      }
      y1[j] = s0
      y1[j + 1] = s1
      y1[j + 2] = s2
      y1[j + 3] = s3
      y2[j] = t0
      y2[j + 1] = t1
      y2[j + 2] = t2
      y2[j + 3] = t3
      j += 4
    }
    while j < i {
      var s = V.zero
      var t = V.zero
      for k in 0..<i {
        s = V.fma(a[k * n + j], u1[k], s)
        t = V.fma(a[k * n + j], u2[k], t)
      }
      y1[j] = s
      y2[j] = t
      j += 1
    }
  }

  /// `Q += v1·y1ᵀ + v2·y2ᵀ`.
  @inline(always) private static func update<V: Lanes>(
    _ a: UnsafeMutablePointer<V>, _ n: Int, _ i: Int, _ v1: UnsafeMutablePointer<V>, _ v2: UnsafeMutablePointer<V>,
    _ y1: UnsafeMutablePointer<V>, _ y2: UnsafeMutablePointer<V>
  ) {
    var k = 0
    while k + 1 < i {
      let r0 = a + k * n
      let r1 = r0 + n
      let x0 = v1[k]
      let x1 = v1[k + 1]
      let z0 = v2[k]
      let z1 = v2[k + 1]
      for j in 0..<i {
        r0[j] = V.fma(z0, y2[j], V.fma(x0, y1[j], r0[j]))
        r1[j] = V.fma(z1, y2[j], V.fma(x1, y1[j], r1[j]))
      }
      k += 2
    }
    if k < i {
      let r = a + k * n
      for j in 0..<i { r[j] = V.fma(v2[k], y2[j], V.fma(v1[k], y1[j], r[j])) }
    }
  }
}

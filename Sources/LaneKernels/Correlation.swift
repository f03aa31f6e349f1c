/// A correlation over channels-last vectors: `result[p][o] = Σ source[p + tap][i] · weight[tap][i][o]`.
struct Correlation<V: Lanes> {
  /// Channels-last source of the row width `sourceWidth`.
  let source: UnsafePointer<V>
  let sourceWidth: Int
  let inChannels: Int
  /// Scalars `[kh][kw][in][out]`.
  let weight: UnsafePointer<V.Scalar>
  let kernelHeight: Int, kernelWidth: Int
  let step: Int
  let outChannels: Int
  let result: UnsafeMutablePointer<V>
  let strides: (h: Int, w: Int, c: Int)

  func run(height: Int, width: Int) {
    let whole = outChannels & ~3
    for y in 0..<height {
      var x = 0
      while x < width && whole > 0 {
        let left = width - x
        let count = left == 1 || (V.hasManyRegisters && left < 4) ? 1 : V.tileHeight(left)
        for o in stride(from: 0, to: whole, by: 4) {
          switch count {
          case 4: block4x4(y, x, o)
          case 3: block3x4(y, x, o)
          case 2: block2x4(y, x, o)
          default: block1x4(y, x, o)
          }
        }
        x += count
      }
      for o in whole..<outChannels {
        x = 0
        while x + 4 <= width {
          block4x1(y, x, o)
          x += 4
        }
        while x < width {
          block1x1(y, x, o)
          x += 1
        }
      }
    }
  }

  /// Calls `body` for each tap and channel of pixel (y, x), with its number in the source and the weights of the channels from
  /// `o` on.
  @inline(always)
  private func forTaps(_ y: Int, _ x: Int, _ o: Int, _ body: (UnsafePointer<V>, UnsafePointer<V.Scalar>) -> Void) {
    let run = kernelWidth * inChannels
    for ky in 0..<kernelHeight {
      let p = source + ((y * step + ky) * sourceWidth + x * step) * inChannels
      var w = weight + ky * run * outChannels + o
      for k in 0..<run {
        body(p + k, w)
        w += outChannels
      }
    }
  }

  @inline(always) private func target(_ y: Int, _ x: Int, _ o: Int) -> UnsafeMutablePointer<V> {
    result + y * strides.h + x * strides.w + o * strides.c
  }

  @inline(never) private func block4x4(_ y: Int, _ x: Int, _ o: Int) {
    var a00 = V.zero, a01 = V.zero, a02 = V.zero, a03 = V.zero
    var a10 = V.zero, a11 = V.zero, a12 = V.zero, a13 = V.zero
    var a20 = V.zero, a21 = V.zero, a22 = V.zero, a23 = V.zero
    var a30 = V.zero, a31 = V.zero, a32 = V.zero, a33 = V.zero
    let next = step * inChannels
    forTaps(y, x, o) { p, w in
      let (s0, s1, s2, s3) = (p[0], p[next], p[2 * next], p[3 * next])
      let w0 = V.splat(w[0])
      a00 = V.fma(s0, w0, a00)
      a10 = V.fma(s1, w0, a10)
      a20 = V.fma(s2, w0, a20)
      a30 = V.fma(s3, w0, a30)
      let w1 = V.splat(w[1])
      a01 = V.fma(s0, w1, a01)
      a11 = V.fma(s1, w1, a11)
      a21 = V.fma(s2, w1, a21)
      a31 = V.fma(s3, w1, a31)
      let w2 = V.splat(w[2])
      a02 = V.fma(s0, w2, a02)
      a12 = V.fma(s1, w2, a12)
      a22 = V.fma(s2, w2, a22)
      a32 = V.fma(s3, w2, a32)
      let w3 = V.splat(w[3])
      a03 = V.fma(s0, w3, a03)
      a13 = V.fma(s1, w3, a13)
      a23 = V.fma(s2, w3, a23)
      a33 = V.fma(s3, w3, a33)
    }
    store(target(y, x, o), a00, a01, a02, a03)
    store(target(y, x + 1, o), a10, a11, a12, a13)
    store(target(y, x + 2, o), a20, a21, a22, a23)
    store(target(y, x + 3, o), a30, a31, a32, a33)
  }

  @inline(never) private func block3x4(_ y: Int, _ x: Int, _ o: Int) {
    var a00 = V.zero, a01 = V.zero, a02 = V.zero, a03 = V.zero
    var a10 = V.zero, a11 = V.zero, a12 = V.zero, a13 = V.zero
    var a20 = V.zero, a21 = V.zero, a22 = V.zero, a23 = V.zero
    let next = step * inChannels
    forTaps(y, x, o) { p, w in
      let (s0, s1, s2) = (p[0], p[next], p[2 * next])
      let w0 = V.splat(w[0])
      a00 = V.fma(s0, w0, a00)
      a10 = V.fma(s1, w0, a10)
      a20 = V.fma(s2, w0, a20)
      let w1 = V.splat(w[1])
      a01 = V.fma(s0, w1, a01)
      a11 = V.fma(s1, w1, a11)
      a21 = V.fma(s2, w1, a21)
      let w2 = V.splat(w[2])
      a02 = V.fma(s0, w2, a02)
      a12 = V.fma(s1, w2, a12)
      a22 = V.fma(s2, w2, a22)
      let w3 = V.splat(w[3])
      a03 = V.fma(s0, w3, a03)
      a13 = V.fma(s1, w3, a13)
      a23 = V.fma(s2, w3, a23)
    }
    store(target(y, x, o), a00, a01, a02, a03)
    store(target(y, x + 1, o), a10, a11, a12, a13)
    store(target(y, x + 2, o), a20, a21, a22, a23)
  }

  @inline(never) private func block2x4(_ y: Int, _ x: Int, _ o: Int) {
    var a00 = V.zero, a01 = V.zero, a02 = V.zero, a03 = V.zero
    var a10 = V.zero, a11 = V.zero, a12 = V.zero, a13 = V.zero
    let next = step * inChannels
    forTaps(y, x, o) { p, w in
      let (s0, s1) = (p[0], p[next])
      let w0 = V.splat(w[0])
      a00 = V.fma(s0, w0, a00)
      a10 = V.fma(s1, w0, a10)
      let w1 = V.splat(w[1])
      a01 = V.fma(s0, w1, a01)
      a11 = V.fma(s1, w1, a11)
      let w2 = V.splat(w[2])
      a02 = V.fma(s0, w2, a02)
      a12 = V.fma(s1, w2, a12)
      let w3 = V.splat(w[3])
      a03 = V.fma(s0, w3, a03)
      a13 = V.fma(s1, w3, a13)
    }
    store(target(y, x, o), a00, a01, a02, a03)
    store(target(y, x + 1, o), a10, a11, a12, a13)
  }

  @inline(always) private func store(_ t: UnsafeMutablePointer<V>, _ a: V, _ b: V, _ c: V, _ d: V) {
    t[0] = a
    t[strides.c] = b
    t[2 * strides.c] = c
    t[3 * strides.c] = d
  }

  @inline(never) private func block1x4(_ y: Int, _ x: Int, _ o: Int) {
    var a0 = V.zero, a1 = V.zero, a2 = V.zero, a3 = V.zero
    forTaps(y, x, o) { p, w in
      a0 = V.fma(p[0], V.splat(w[0]), a0)
      a1 = V.fma(p[0], V.splat(w[1]), a1)
      a2 = V.fma(p[0], V.splat(w[2]), a2)
      a3 = V.fma(p[0], V.splat(w[3]), a3)
    }
    store(target(y, x, o), a0, a1, a2, a3)
  }

  @inline(never) private func block4x1(_ y: Int, _ x: Int, _ o: Int) {
    var a0 = V.zero, a1 = V.zero, a2 = V.zero, a3 = V.zero
    let next = step * inChannels
    forTaps(y, x, o) { p, w in
      let b = V.splat(w[0])
      a0 = V.fma(p[0], b, a0)
      a1 = V.fma(p[next], b, a1)
      a2 = V.fma(p[2 * next], b, a2)
      a3 = V.fma(p[3 * next], b, a3)
    }
    target(y, x, o)[0] = a0
    target(y, x + 1, o)[0] = a1
    target(y, x + 2, o)[0] = a2
    target(y, x + 3, o)[0] = a3
  }

  @inline(never) private func block1x1(_ y: Int, _ x: Int, _ o: Int) {
    var a = V.zero
    forTaps(y, x, o) { p, w in
      a = V.fma(p[0], V.splat(w[0]), a)
    }
    target(y, x, o)[0] = a
  }
}

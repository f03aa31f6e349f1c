/// A correlation with 3 × 3 taps by Winograd's F(2 × 2, 3 × 3): 16 products for four pixels and a pair of channels instead
/// of 36 (Lavin and Gray, "Fast algorithms for convolutional neural networks", 2016, eq. 8–10).
///
/// Tiles of 2 × 2 pixels from windows of 4 × 4: y = Aᵀ ((G w Gᵀ) ⊙ (Bᵀ d B)) A, the product in the middle a product of
/// matrices over the channels. Three tiles at a time, so that what is between the transforms stays in the first cache.
struct WinogradCorrelation<V: Lanes> {
  private let inChannels: Int
  private let outChannels: Int
  /// `[4 × 4][in][out]` of G w Gᵀ.
  private let weight: UnsafeMutablePointer<V.Scalar>
  /// `[4 × 4][tile][in]` of Bᵀ d B.
  private let windows: UnsafeMutablePointer<V>
  /// `[4 × 4][tile][four channels]` of products.
  private let products: UnsafeMutablePointer<V>

  private static var tiles: Int { WinogradScratch.tiles }

  /// Transforms `weight` `[3][3][in][out]`, which scratch memory follows. Nil where the layout asks for none, or where
  /// there are fewer channels than a register tile has columns, or fewer weights than a vector has numbers.
  init?(
    _ layout: ConvolutionLayout, _ weight: UnsafeMutablePointer<V.Scalar>, from inChannels: Int, to outChannels: Int
  ) {
    let pairs = inChannels * outChannels
    guard layout.isFast, outChannels >= 4, pairs >= V.count else { return nil }
    self.inChannels = inChannels
    self.outChannels = outChannels
    self.weight = weight + 9 * pairs
    windows =
      UnsafeMutableRawPointer(weight).assumingMemoryBound(to: V.self) + (25 * pairs + V.count - 1) / V.count
    products = windows + 16 * Self.tiles * inChannels
    transform(weight)
  }

  /// All pixels of a result; the taps of `c` are those of this correlation.
  func run(_ c: Correlation<V>, height: Int, width: Int) {
    let across = (width + 1) / 2
    let total = across * ((height + 1) / 2)
    let pairs = inChannels * outChannels
    for first in stride(from: 0, to: total, by: Self.tiles) {
      // Beyond the last tile it is the last one again.
      for t in 0..<Self.tiles {
        let (y, x) = Swift.min(first + t, total - 1).quotientAndRemainder(dividingBy: across)
        transform(c.source + 2 * (y * c.sourceWidth + x) * inChannels, c.sourceWidth * inChannels, t)
      }
      for column in stride(from: 0, to: outChannels, by: 4) {
        let o = Swift.min(column, outChannels - 4)
        for k in 0..<16 {
          block3x4(
            MatrixView(LaneElements<V>(windows + k * Self.tiles * inChannels), columns: inChannels),
            MatrixView(SplatElements<V>(UnsafePointer(weight + k * pairs + o)), columns: outChannels),
            depth: inChannels, into: StoreSink(base: products + k * Self.tiles * 4, columns: 4), row: 0, column: 0)
        }
        for t in 0..<Self.tiles {
          let (y, x) = Swift.min(first + t, total - 1).quotientAndRemainder(dividingBy: across)
          finish(
            t, c.result + 2 * y * c.strides.h + 2 * x * c.strides.w + o * c.strides.c, c.strides,
            hasLower: 2 * y + 1 < height, hasRight: 2 * x + 1 < width)
        }
      }
    }
  }

  /// G w Gᵀ with G = (1 0 0; ½ ½ ½; ½ −½ ½; 0 0 1).
  @inline(never)
  private func transform(_ w: UnsafeMutablePointer<V.Scalar>) {
    let pairs = inChannels * outChannels
    @inline(always)
    func expand(_ a: V, _ b: V, _ c: V) -> (V, V, V, V) {
      (a, V.constant(0.5) * ((a + c) + b), V.constant(0.5) * ((a + c) - b), c)
    }
    for start in stride(from: 0, to: pairs, by: V.count) {
      let e = Swift.min(start, pairs - V.count)
      @inline(always)
      func tap(_ k: Int) -> V { V.load(UnsafePointer(w + k * pairs + e)) }
      let (a0, a1, a2, a3) = expand(tap(0), tap(3), tap(6))
      let (b0, b1, b2, b3) = expand(tap(1), tap(4), tap(7))
      let (c0, c1, c2, c3) = expand(tap(2), tap(5), tap(8))
      @inline(always)
      func write(_ row: Int, _ a: V, _ b: V, _ c: V) {
        let (x0, x1, x2, x3) = expand(a, b, c)
        let target = weight + 4 * row * pairs + e
        x0.store(target)
        x1.store(target + pairs)
        x2.store(target + 2 * pairs)
        x3.store(target + 3 * pairs)
      }
      write(0, a0, b0, c0)
      write(1, a1, b1, c1)
      write(2, a2, b2, c2)
      write(3, a3, b3, c3)
    }
  }

  /// Bᵀ d B of the window at `corner`, with Bᵀ = (1 0 −1 0; 0 1 1 0; 0 −1 1 0; 0 1 0 −1).
  @inline(never)
  private func transform(_ corner: UnsafePointer<V>, _ row: Int, _ t: Int) {
    @inline(always)
    func combine(_ a: V, _ b: V, _ c: V, _ d: V) -> (V, V, V, V) { (a - c, b + c, c - b, b - d) }
    let next = Self.tiles * inChannels
    for i in 0..<inChannels {
      @inline(always)
      func pixels(_ r: Int) -> (V, V, V, V) {
        let p = corner + r * row + i
        return combine(p[0], p[inChannels], p[2 * inChannels], p[3 * inChannels])
      }
      let (a0, a1, a2, a3) = pixels(0)
      let (b0, b1, b2, b3) = pixels(1)
      let (c0, c1, c2, c3) = pixels(2)
      let (d0, d1, d2, d3) = pixels(3)
      @inline(always)
      func write(_ column: Int, _ v: (V, V, V, V)) {
        let target = windows + column * next + t * inChannels + i
        target[0] = v.0
        target[4 * next] = v.1
        target[8 * next] = v.2
        target[12 * next] = v.3
      }
      write(0, combine(a0, b0, c0, d0))
      write(1, combine(a1, b1, c1, d1))
      write(2, combine(a2, b2, c2, d2))
      write(3, combine(a3, b3, c3, d3))
    }
  }

  /// Aᵀ m A of the products of tile `t` and four channels, with Aᵀ = (1 1 1 0; 0 1 −1 −1).
  @inline(never)
  private func finish(
    _ t: Int, _ target: UnsafeMutablePointer<V>, _ strides: (h: Int, w: Int, c: Int), hasLower: Bool, hasRight: Bool
  ) {
    @inline(always)
    func combine(_ a: V, _ b: V, _ c: V, _ d: V) -> (V, V) { ((a + b) + c, (b - c) - d) }
    let next = 4 * Self.tiles
    for o in 0..<4 {
      let m = products + 4 * t + o
      @inline(always)
      func column(_ k: Int) -> (V, V) { combine(m[k * next], m[(k + 4) * next], m[(k + 8) * next], m[(k + 12) * next]) }
      let (a0, b0) = column(0)
      let (a1, b1) = column(1)
      let (a2, b2) = column(2)
      let (a3, b3) = column(3)
      let pixel = target + o * strides.c
      let (upperLeft, upperRight) = combine(a0, a1, a2, a3)
      let (lowerLeft, lowerRight) = combine(b0, b1, b2, b3)
      pixel[0] = upperLeft
      if hasRight { pixel[strides.w] = upperRight }
      if hasLower { pixel[strides.h] = lowerLeft }
      if hasLower && hasRight { pixel[strides.h + strides.w] = lowerRight }
    }
  }
}

/// Scratch of `WinogradCorrelation`, whatever the vector.
enum WinogradScratch {
  /// Tiles gone through together: the rows of a register tile of products.
  static var tiles: Int { 3 }

  /// Scratch per lane behind the weights as they were; for vectors the transformed weights need less of it.
  static func count(from inChannels: Int, to outChannels: Int) -> Int {
    16 * inChannels * outChannels + 16 * tiles * (inChannels + 4)
  }
}

import GeocKernelABI

/// `congruence`, sizes [F, divW, modW, divX, modX, n, m, t, h]: W [·,n,m], X symmetric → Y, exactly symmetric, and with
/// h = 1 the half H of the product.
///
/// t = 0: Y = Wᵀ X W [F,m,m] of X [·,n,n], H = X W; t = 1: Y = W X Wᵀ [F,n,n] of X [·,m,m], H = X Wᵀ.
enum Congruence: LaneKernel {
  static var name: String { "congruence" }
  static func workspace(_ sizes: [Int]) -> Int { sizes[5] * sizes[6] }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let w = call.operands[0].isBatched
    let x = call.operands[1].isBatched
    if V.count == 1 || (w && x) {
      product(call, LaneElements<V>.self, LaneElements<V>.self)
    } else if x {
      product(call, SplatElements<V>.self, LaneElements<V>.self)
    } else if w {
      product(call, LaneElements<V>.self, SplatElements<V>.self)
    } else {
      product(call, SplatElements<V>.self, SplatElements<V>.self)
    }
  }

  private static func product<W: ElementSource, X: ElementSource>(_ call: KernelCall, _: W.Type, _: X.Type)
  where W.Vector == X.Vector {
    typealias V = W.Vector
    let s = call.sizes
    let (mapW, mapX) = (FieldMap(s + 1), FieldMap(s + 3))
    let (n, m) = (s[5], s[6])
    let (isTransposed, keepsHalf) = (s[7] == 0, s[8] == 1)
    // Y = P X Pᵀ with P [outer, inner].
    let (outer, inner) = isTransposed ? (m, n) : (n, m)
    for group in 0..<call.groups {
      let w = W(call, operand: 0, group: group)
      let x = X(call, operand: 1, group: group)
      let y = call.lanes(2, group: group, as: V.self)
      var ahead = call.lookahead(
        after: group, 1, 2, keepsHalf ? 3 : 0, during: s[0] * inner * outer * (inner + outer / 2), as: V.self)
      let halves = keepsHalf ? call.lanes(3, group: group, as: V.self) : call.scratchLanes(as: V.self)
      for field in 0..<s[0] {
        let product = keepsHalf ? halves + field * inner * outer : halves
        let p = MatrixView(w.advanced(by: mapW(field) * n * m), columns: m, isTransposed: isTransposed)
        let own = MatrixView(x.advanced(by: mapX(field) * inner * inner), columns: inner)
        multiply(
          own, p.transposed, rows: inner, columns: outer, depth: inner, into: StoreSink(base: product, columns: outer),
          &ahead)
        multiplyLower(
          p, MatrixView(LaneElements(product), columns: outer), n: outer, depth: inner,
          into: MirrorSink(base: y + field * outer * outer, n: outer, scale: 1), &ahead)
      }
    }
  }
}

/// `syrk`, sizes [F, n, t], reals [alpha]: x [F,n,t] → alpha x xᵀ [F,n,n], exactly symmetric.
enum Syrk: LaneKernel {
  static var name: String { "syrk" }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    if V.count == 1 || call.operands[0].isBatched {
      product(call, LaneElements<V>.self)
    } else {
      product(call, SplatElements<V>.self)
    }
  }

  private static func product<X: ElementSource>(_ call: KernelCall, _: X.Type) {
    typealias V = X.Vector
    let (fields, n, t) = (call.sizes[0], call.sizes[1], call.sizes[2])
    let alpha = V.Scalar(call.reals[0])
    for group in 0..<call.groups {
      let x = X(call, operand: 0, group: group)
      let y = call.lanes(1, group: group, as: V.self)
      for field in 0..<fields {
        let own = MatrixView(x.advanced(by: field * n * t), columns: t)
        multiplyLower(
          own, own.transposed, n: n, depth: t, into: MirrorSink(base: y + field * n * n, n: n, scale: alpha))
      }
    }
  }
}

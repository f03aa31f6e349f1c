import GeocKernelABI

/// `matmul`, sizes [F, divA, modA, divB, modB, m, k, n, ta, tb]: A, B → C.
///
/// Field f of C [F,m,n] is op(A) op(B), op(A) = A [m,k], or the transpose of A [k,m] when `ta` is 1; B likewise.
/// Field f uses field (f / div) % mod of an operand.
enum Matmul: LaneKernel {
  static var name: String { "matmul" }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let a = call.operands[0].isBatched
    let b = call.operands[1].isBatched
    if V.count == 1 || (a && b) {
      product(call, LaneElements<V>.self, LaneElements<V>.self)
    } else if a {
      if !stacked(call, as: V.self) { product(call, LaneElements<V>.self, SplatElements<V>.self) }
    } else if b {
      product(call, SplatElements<V>.self, LaneElements<V>.self)
    } else {
      product(call, SplatElements<V>.self, SplatElements<V>.self)
    }
  }

  /// Every A times one and the same B: fields and groups stand one behind the other and are the rows of one product, so
  /// that a number of B which is spread over the lanes serves several of them. False where they do not.
  private static func stacked<V: Lanes>(_ call: KernelCall, as _: V.Type) -> Bool {
    let s = call.sizes
    let (fields, mapA, mapB) = (s[0], FieldMap(s + 1), FieldMap(s + 3))
    let (m, k, n) = (s[5], s[6], s[7])
    let isInOrder = fields == 1 || (mapA.div == 1 && mapA.mod == fields && mapB.mod == 1)
    guard isInOrder, s[8] == 0, call.stride(0, as: V.self) == fields * m * k * V.count,
      call.stride(2, as: V.self) == fields * m * n * V.count
    else { return false }
    multiply(
      MatrixView(LaneElements<V>(call, operand: 0, group: 0), columns: k),
      MatrixView(SplatElements<V>(call, operand: 1, group: 0), columns: s[9] != 0 ? k : n, isTransposed: s[9] != 0),
      rows: call.groups * fields * m, columns: n, depth: k,
      into: StoreSink(base: call.lanes(2, group: 0, as: V.self), columns: n))
    return true
  }

  private static func product<A: ElementSource, B: ElementSource>(_ call: KernelCall, _: A.Type, _: B.Type)
  where A.Vector == B.Vector {
    let s = call.sizes
    let (mapA, mapB) = (FieldMap(s + 1), FieldMap(s + 3))
    let (m, k, n) = (s[5], s[6], s[7])
    let (ta, tb) = (s[8] != 0, s[9] != 0)
    for group in 0..<call.groups {
      let a = A(call, operand: 0, group: group)
      let b = B(call, operand: 1, group: group)
      let c = call.lanes(2, group: group, as: A.Vector.self)
      var ahead = call.lookahead(after: group, 0, 1, 2, during: s[0] * m * k * n, as: A.Vector.self)
      for field in 0..<s[0] {
        multiply(
          MatrixView(a.advanced(by: mapA(field) * m * k), columns: ta ? m : k, isTransposed: ta),
          MatrixView(b.advanced(by: mapB(field) * k * n), columns: tb ? k : n, isTransposed: tb),
          rows: m, columns: n, depth: k, into: StoreSink(base: c + field * m * n, columns: n), &ahead)
      }
    }
  }
}

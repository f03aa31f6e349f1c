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
      product(call, LaneElements<V>.self, SplatElements<V>.self)
    } else if b {
      product(call, SplatElements<V>.self, LaneElements<V>.self)
    } else {
      product(call, SplatElements<V>.self, SplatElements<V>.self)
    }
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
      for field in 0..<s[0] {
        multiply(
          MatrixView(a.advanced(by: mapA(field) * m * k), columns: ta ? m : k, isTransposed: ta),
          MatrixView(b.advanced(by: mapB(field) * k * n), columns: tb ? k : n, isTransposed: tb),
          rows: m, columns: n, depth: k, into: StoreSink(base: c + field * m * n, columns: n))
      }
    }
  }
}

import GeocKernelABI

/// `trsolve`, sizes [F, divL, modL, divB, modB, n, m, side, trans]: L [·,n,n] lower triangular, B → X.
///
/// side 0: X = op(L)⁻¹ B, B [·,n,m]; side 1: X = B op(L)⁻¹, B [·,m,n]. op(L) is Lᵀ when `trans` is 1.
enum TriangularSolve: LaneKernel {
  static var name: String { "trsolve" }
  static func workspace(_ sizes: [Int]) -> Int { sizes[5] * sizes[5] + sizes[5] }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let s = call.sizes
    let (mapL, mapB) = (FieldMap(s + 1), FieldMap(s + 3))
    let (n, m) = (s[5], s[6])
    let inverses = call.scratchLanes(as: V.self)
    let copy = inverses + n
    for group in 0..<call.groups {
      let allL = call.source(0, group: group, as: V.self)
      let allB = call.source(1, group: group, as: V.self)
      let x = call.lanes(2, group: group, as: V.self)
      for field in 0..<s[0] {
        let l = allL.advanced(by: mapL(field) * n * n)
        let b = allB.advanced(by: mapB(field) * n * m)
        let own = x + field * n * m
        for e in 0..<(n * m) { own[e] = b[e] }
        for e in 0..<(n * n) { copy[e] = l[e] }
        solveTriangular(
          UnsafePointer(copy), own, n: n, m: m, isLeft: s[7] == 0, isTransposed: s[8] != 0, inverses: inverses)
      }
    }
  }
}

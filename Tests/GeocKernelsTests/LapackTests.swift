import GeocKernelABI
import GeocKernels
import Testing

@Suite struct LapackTests {
  static let singles: [Instance] = [.single64, .single32]

  private func identity(_ n: Int) -> [Double] { (0..<(n * n)).map { $0 % (n + 1) == 0 ? 1 : 0 } }

  @Test func existForUnbatchedValuesOnly() throws {
    for name in ["qr", "svd", "svd_polar", "solve", "det", "expm"] {
      let set = try #require(KernelTable.shared[name])
      #expect(set.f64 == nil && set.f32 == nil)
    }
  }

  @Test(arguments: singles)
  func qrIsOrthonormalWithPositiveDiagonal(_ instance: Instance) throws {
    var numbers = TestNumbers(51)
    for (n, p) in [(1, 1), (5, 3), (8, 8), (40, 17)] {
      let x = numbers.normal(2 * n * p)
      let q = try KernelBench(sizes: [2, n, p, 0, 1]).run("qr", instance, [.shared(x)], outputs: [2 * n * p]).outputs[
        0][0]
      for f in 0..<2 {
        let own = Reference.field(q, f, n * p)
        expectClose(Reference.product(own, own, p, n, p, ta: true), identity(p), instance.tolerance)
        let r = Reference.product(own, Reference.field(x, f, n * p), p, n, p, ta: true)
        for i in 0..<p { #expect(r[i * p + i] > 0) }
        expectClose(Reference.product(own, r, n, p, p), Reference.field(x, f, n * p), instance.tolerance)
        for e in 0..<(p * p) where e % p < e / p { #expect(r[e].magnitude < 100 * instance.tolerance) }
      }
    }
  }

  @Test(arguments: singles)
  func qrTakesZeroColumns(_ instance: Instance) throws {
    let q = try KernelBench(sizes: [1, 3, 2, 0, 1]).run(
      "qr", instance, [.shared([1, 0, 0, 0, 0, 0])], outputs: [6]
    ).outputs[0][0]
    expectClose(Reference.product(q, q, 2, 3, 2, ta: true), identity(2), instance.tolerance)
    #expect(q[0] == 1)
  }

  @Test(arguments: singles)
  func svdRebuildsAndPolarIsNearest(_ instance: Instance) throws {
    var numbers = TestNumbers(52)
    for (n, p) in [(1, 1), (6, 4), (4, 6), (30, 12)] {
      let k = min(n, p)
      let x = numbers.normal(2 * n * p)
      let result = try KernelBench(sizes: [2, n, p]).run(
        "svd", instance, [.shared(x)], outputs: [2 * n * k, 2 * k, 2 * k * p])
      #expect(result.faultKind == 0)
      let polar = try KernelBench(sizes: [2, n, p]).run(
        "svd_polar", instance, [.shared(x)], outputs: [2 * n * p]
      ).outputs[0][0]
      for f in 0..<2 {
        let u = Reference.field(result.outputs[0][0], f, n * k)
        let s = Reference.field(result.outputs[1][0], f, k)
        let vt = Reference.field(result.outputs[2][0], f, k * p)
        let us = u.enumerated().map { $1 * s[$0 % k] }
        expectClose(Reference.product(us, vt, n, k, p), Reference.field(x, f, n * p), instance.tolerance)
        #expect(s == s.sorted(by: >))
        expectClose(Reference.field(polar, f, n * p), Reference.product(u, vt, n, k, p), instance.tolerance)
      }
    }
    let fault = try KernelBench(sizes: [1, 2, 2]).run(
      "svd", instance, [.shared([1, .nan, 0, 1])], outputs: [4, 2, 4])
    #expect(fault.faultKind == KernelFault.Kind.notConverged.rawValue)
  }

  @Test(arguments: singles)
  func solveAndDeterminant(_ instance: Instance) throws {
    var numbers = TestNumbers(53)
    for (n, m) in [(1, 1), (4, 1), (7, 3)] {
      let a = numbers.spd(2, n).enumerated().map { $1 + ($0 % n > $0 / n % n ? 0.25 : 0) }
      let b = numbers.normal(2 * n * m)
      let x = try KernelBench(sizes: [2, n, m]).run(
        "solve", instance, [.shared(a), .shared(b)], outputs: [2 * n * m])
      #expect(x.faultKind == 0)
      for f in 0..<2 {
        let back = Reference.product(Reference.field(a, f, n * n), Reference.field(x.outputs[0][0], f, n * m), n, n, m)
        expectClose(back, Reference.field(b, f, n * m), instance.tolerance)
      }
    }
    let det = try KernelBench(sizes: [2, 3]).run(
      "det", instance, [.shared([0, 2, 0, 3, 0, 0, 0, 0, 4, 1, 2, 3, 4, 5, 6, 7, 8, 9])], outputs: [2])
    #expect(det.outputs[0][0][0] == -24)
    #expect(det.outputs[0][0][1].magnitude < 100 * instance.tolerance)
    let fault = try KernelBench(sizes: [2, 2, 1]).run(
      "solve", instance, [.shared([1, 0, 0, 1, 1, 2, 2, 4]), .shared([1, 1, 1, 1])], outputs: [4])
    #expect(fault.faultKind == KernelFault.Kind.singular.rawValue)
    #expect(fault.faultField == 1)
  }

  @Test(arguments: singles)
  func expmOfRotationsSymmetricAndNilpotentMatrices(_ instance: Instance) throws {
    // A rotation by 20 rad: the scaling has to work.
    let rotation = try KernelBench(sizes: [1, 2]).run("expm", instance, [.shared([0, -20, 20, 0])], outputs: [4])
    let (c, s) = (0.4080820618133920, 0.9129452507276277)
    expectClose(rotation.outputs[0][0], [c, -s, s, c], 20 * instance.tolerance)
    let nilpotent = try KernelBench(sizes: [1, 3]).run(
      "expm", instance, [.shared([0, 1, 2, 0, 0, 3, 0, 0, 0])], outputs: [9])
    expectClose(nilpotent.outputs[0][0], [1, 1, 3.5, 0, 1, 3, 0, 0, 1], instance.tolerance)
    var numbers = TestNumbers(54)
    let a = numbers.normal(2 * 25)
    let both = try KernelBench(sizes: [2, 5]).run("expm", instance, [.shared(a)], outputs: [50]).outputs[0][0]
    let inverse = try KernelBench(sizes: [2, 5]).run(
      "expm", instance, [.shared(a.map { -$0 })], outputs: [50]
    ).outputs[0][0]
    for f in 0..<2 {
      let product = Reference.product(Reference.field(both, f, 25), Reference.field(inverse, f, 25), 5, 5, 5)
      expectClose(product, identity(5), 200 * instance.tolerance)
    }
  }
}

import GeocDiagnostics
import GeocIR
import GeocOps
import GeocPlan
import GeocRuntime
import GeocTensorFiles
import Testing

/// `solve_rows` against the matrix that it never forms.
@Suite struct SolveRowsTests {
  private static let text = """
    geoc.ir 1 model rows dtype f64
    func @f core (%r: input [B] R[2, 7], %w: input [B] R[2], %c: param R[7] = "ones", %b: param R[7] = "ones") -> ("rows": %x, "matrix": %y) {
      %x = solve_rows(%r, %w, %c, %b) : R[7]
      %v = reshape(%w) {shape = [2, 1]} : [B] R[2, 1]
      %s = map(%r, %v) {expr = expr<x0 * x1>} : [B] R[2, 7]
      %p = matmul(%r, %s) {ta = true, tb = false} : [B] R[7, 7]
      %h = batch_sum(%p) : R[7, 7]
      %d = diagonal_matrix(%c) : R[7, 7]
      %a = map(%h, %d) {expr = expr<x0 + x1>} : R[7, 7]
      %q = reshape(%b) {shape = [7, 1]} : R[7, 1]
      %y = solve_spd(%a, %q) : R[7, 1]
    }
    """

  private static func run(
    _ count: Int, dtype: DType = .f64, threads: Int = 1, diagonal: Double = 0.5, alone: Bool = false,
    weight: (Int) -> Double
  ) throws -> (rows: [Double], matrix: [Double]) {
    let registry = Catalogue.registry
    var function = try #require(try IRParser.module(Self.text, spaces: registry.spaces)["f"])
    if alone { function.results.removeLast() }
    #expect(Verifier.problems(function, registry) == [])
    let schedule = try Scheduler.schedule(function, registry: registry, dtype: dtype)
    let kernels = try KernelLibrary.installed()
    #expect(
      ScheduleVerifier.problem(schedule, function, registry: registry, dtype: dtype, kernel: { kernels.kernel($0) })
        == nil)
    var state: UInt64 = 7
    func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) * 0x1p-52 - 1
    }
    let results = try Interpreter.run(
      function,
      inputs: [
        "r": try Tensor((0..<(count * 14)).map { _ in next() }, shape: [count, 2, 7]),
        "w": try Tensor((0..<(count * 2)).map(weight), shape: [count, 2]),
        "c": try Tensor((0..<7).map { diagonal + 0.1 * Double($0) }, shape: [7]),
        "b": try Tensor((0..<7).map { _ in next() }, shape: [7]),
      ], registry: registry, dtype: dtype, threads: threads)
    return (try #require(results["rows"]).doubles(), results["matrix"]?.doubles() ?? [])
  }

  /// Some weights zero or negative, in a matrix that is positive definite all the same; batches that end within a group,
  /// and with more rows than columns.
  @Test(arguments: [1, 2, 3, 9, 17, 40]) func agreesWithTheMatrix(_ count: Int) throws {
    for sign in [0.0, 1.0, -0.02] {
      let weight = { (k: Int) in k % 3 == 1 ? sign * 0.9 : 1 + 0.1 * Double(k % 5) }
      let (rows, matrix) = try Self.run(count, weight: weight)
      for (x, y) in zip(rows, matrix) { #expect(abs(x - y) < 1e-12) }
      #expect(try Self.run(count, threads: 2, weight: weight).rows == rows)
      let single = try Self.run(count, dtype: .f32, weight: weight)
      for (x, y) in zip(single.rows, matrix) { #expect(abs(x - y) < 1e-4) }
    }
    // All weights negative.
    let (rows, matrix) = try Self.run(count, diagonal: 200, weight: { _ in -1 })
    for (x, y) in zip(rows, matrix) { #expect(abs(x - y) < 1e-14) }
  }

  /// A matrix that is not positive definite is refused, and so is a diagonal that is not positive.
  @Test(arguments: [(-5.0, 0.5), (1.0, -0.05)]) func refusesOtherMatrices(_ weight: Double, _ diagonal: Double) throws {
    let error = #expect(throws: GeocError.self) {
      try Self.run(3, diagonal: diagonal, alone: true, weight: { $0 % 2 == 0 ? weight : 1 })
    }
    #expect(error?.diagnostics.first?.code == .numeric.notPositiveDefinite)
  }
}

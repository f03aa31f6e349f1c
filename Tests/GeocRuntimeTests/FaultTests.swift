import GeocDiagnostics
import GeocIR
import GeocPlan
import GeocTensorFiles
import GeocThreads
import PlanTestSupport
import Testing

@testable import GeocRuntime

@Suite struct FaultTests {
  /// The diagnostic that running `f` gives.
  func diagnostic(
    _ f: Function, _ inputs: [String: Tensor], threads: Int = 1, checksValues: Bool = false
  ) throws -> Diagnostic? {
    do {
      _ = try Interpreter.run(
        f, inputs: inputs, registry: testRegistry, threads: threads, checksValues: checksValues,
        kernels: try ExecutionTests.library())
      return nil
    } catch let error as GeocError {
      return error.diagnostics.first
    }
  }

  func roots() throws -> Function {
    var b = Builder.test()
    let x = b.parameter("x", .real([1000], isBatched: true), .input)
    b.origin = Origin(line: 12, column: 5, path: "block_1/logeig_1")
    b.result("y", try b.one("t_root", [x]))
    return b.function
  }

  @Test(arguments: [1, 2, 5]) func aFaultNamesNodeSampleAndValue(threads: Int) throws {
    var values = [Double](repeating: 1, count: 300 * 1000)
    values[231_007] = -3.2e-4
    values[290_000] = -1
    let found = try diagnostic(try roots(), ["x": try Tensor(values, shape: [300, 1000])], threads: threads)
    #expect(found?.code == .numeric.notPositiveDefinite)
    #expect(
      found?.message
        == "'block_1/logeig_1' (t_root) got a matrix that is not positive definite: eigenvalue -3.2e-4")
    #expect(
      found?.notes == [
        "line 12, column 5 of the spec", "sample 231 of the data, item 231 of the batch",
        "it is number 7 of the matrices of this value, from 0",
      ])
  }

  @Test func paddedLanesNameARealSample() throws {
    var values = [Double](repeating: 1, count: 3 * 1000)
    values[2000] = -5
    let found = try diagnostic(try roots(), ["x": try Tensor(values, shape: [3, 1000])])
    #expect(found?.notes.contains("sample 2 of the data, item 2 of the batch") == true)
  }

  @Test func aRunAfterAFaultIsRight() throws {
    let f = try roots()
    let store = ParameterStore(dtype: .f64)
    let executable = try Executable(
      f, try Scheduler.schedule(f, registry: testRegistry, dtype: .f64), spaces: testRegistry.spaces, store: store,
      pool: ThreadPool(count: 2), kernels: try ExecutionTests.library())
    var values = [Double](repeating: 4, count: 2000)
    values[3] = -1
    let columns = ["x": try HostArray(try Tensor(values, shape: [2, 1000]))]
    #expect(throws: GeocError.self) { try executable.run(Batch(columns: columns, rows: [0])) }
    try executable.run(Batch(columns: columns, rows: [1]))
    #expect(executable.result("y")?.doubles() == [Double](repeating: 2, count: 1000))
  }

  @Test func checksFindTheFirstValueThatIsNotFinite() throws {
    var b = Builder.test()
    let x = b.parameter("x", .real([2], isBatched: true), .input)
    b.origin = Origin(path: "a")
    let y = try b.axpy(x, 1e300, x)
    b.origin = Origin(path: "b")
    let z = try b.axpy(y, 1e300, y)
    b.origin = Origin(path: "c")
    b.result("sum", try b.total(z))
    var values = [Double](repeating: 0, count: 40)
    values[35] = 2
    let inputs = ["x": try Tensor(values, shape: [20, 2])]
    #expect(try diagnostic(b.function, inputs) == nil)
    let found = try diagnostic(b.function, inputs, checksValues: true)
    #expect(found?.code == .numeric.notFinite)
    #expect(found?.message == "'b' (t_axpy) is the first to give a number that is not finite")
    #expect(found?.notes == ["sample 17 of the data, item 17 of the batch"])
    values[10] = .nan
    let input = try diagnostic(b.function, ["x": try Tensor(values, shape: [20, 2])], checksValues: true)
    #expect(input?.code == .data.notFinite)
    #expect(input?.notes == ["sample 5 of the data, item 5 of the batch"])
  }

  @Test func inputsThatDoNotFitAreRefused() throws {
    let f = try ExecutionTests.statistics()
    let w = try Tensor([1.0, 2, 3, 4])
    #expect(try diagnostic(f, ["w": w])?.code == .data.missingArray)
    #expect(try diagnostic(f, ["w": w, "x": try Tensor([1.0, 2, 3], shape: [1, 3])])?.code == .data.shape)
    #expect(try diagnostic(f, ["w": w, "x": try Tensor([1.0], shape: [])])?.code == .data.shape)
    #expect(
      try diagnostic(f, ["w": try Tensor([1.0]), "x": try Tensor([1.0, 2, 3, 4], shape: [1, 4])])?.code
        == .data.weightsShape)
    #expect(try diagnostic(f, ["w": w, "x": try Tensor([Double](), shape: [0, 4])])?.code == .data.emptySplit)
    let executable = try Executable(
      f, try Scheduler.schedule(f, registry: testRegistry, dtype: .f64), spaces: testRegistry.spaces,
      store: ParameterStore(dtype: .f64), pool: ThreadPool(count: 1), kernels: try ExecutionTests.library())
    let columns = ["x": try HostArray(try Tensor([1.0, 2, 3, 4], shape: [1, 4]))]
    for row in [-1, 1] {
      #expect(throws: GeocError.self) { try executable.run(Batch(columns: columns, rows: [0, row])) }
    }
  }

  @Test func profilesCountEveryStep() throws {
    let f = try ExecutionTests.statistics()
    let store = ParameterStore(dtype: .f64)
    let executable = try Executable(
      f, try Scheduler.schedule(f, registry: testRegistry, dtype: .f64), spaces: testRegistry.spaces, store: store,
      pool: ThreadPool(count: 2), kernels: try ExecutionTests.library())
    let columns = ["x": try HostArray(try Tensor(ExecutionTests.decimals(400, 1), shape: [100, 4]))]
    try executable.run(Batch(columns: columns, rows: Array(0..<100)))
    #expect(executable.profile().entries.allSatisfy { $0.seconds == 0 })
    executable.isProfiling = true
    try executable.run(Batch(columns: columns, rows: Array(0..<100)))
    let profile = executable.profile()
    #expect(profile.entries.count == executable.schedule.steps.count)
    #expect(profile.entries.contains { $0.kernel == "t_axpy" && $0.seconds > 0 && $0.bytes == 96 })
    #expect(profile.entries.contains { $0.kernel == "pack" && $0.op == "x" })
    #expect(profile.runs == 2 && profile.workers == 2 && profile.batchBytes > 0)
  }

  @Test func numbersAreShort() {
    let shown = [-3.2123e-4, 12345.678, 1.5e10, -2.5e-12, 0, .infinity].map(Executable.short)
    #expect(shown == ["-3.21e-4", "12300.0", "1.5e10", "-2.5e-12", "0.0", "inf"])
  }
}

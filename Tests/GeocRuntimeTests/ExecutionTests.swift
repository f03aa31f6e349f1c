import GeocDiagnostics
import GeocIR
import GeocKernelABI
import GeocPlan
import GeocTensorFiles
import GeocThreads
import PlanTestSupport
import Testing

@testable import GeocRuntime

@Suite struct ExecutionTests {
  static func library() throws -> KernelLibrary {
    let transfer = try KernelLibrary.installed().transfer
    let table = TestKernels.table(doubles: transfer.lanes64, floats: transfer.lanes32)
    return KernelLibrary(transfer: transfer) { table[$0] }
  }

  /// Small whole numbers for every parameter.
  static func inputs(_ f: Function, batch: Int, seed: UInt64) -> [String: [[Double]]] {
    var r = TestNumbers(seed)
    var inputs: [String: [[Double]]] = [:]
    for p in f.parameters {
      let type = f.type(p.value)
      let items = type.isBatched ? batch : 1
      inputs[p.name] = (0..<items).map { _ in
        (0..<type.field.reduce(1, *)).map { _ in Double(Int.random(in: -4...4, using: &r)) }
      }
    }
    return inputs
  }

  static func tensors(_ f: Function, _ inputs: [String: [[Double]]]) throws -> [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    for p in f.parameters {
      let items = inputs[p.name] ?? []
      let shape = f.type(p.value).field
      tensors[p.name] = try Tensor(
        items.flatMap { $0 }, shape: f.type(p.value).isBatched ? [items.count] + shape : shape)
    }
    return tensors
  }

  @Test(arguments: 0..<120) func randomFunctionsGiveWhatTheReferenceGives(seed: Int) throws {
    let f = try RandomFunctions.make(seed: UInt64(seed), size: 5 + seed % 50)
    let batch = [1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100, 131][seed % 13]
    let inputs = Self.inputs(f, batch: batch, seed: UInt64(seed))
    let expected = ReferenceEvaluator.run(f, inputs: inputs, batch: batch, seed: 3, step: 5)
    for dtype in DType.allCases {
      let found = try Interpreter.run(
        f, inputs: try Self.tensors(f, inputs), registry: testRegistry, dtype: dtype, batch: batch, seed: 3, step: 5,
        threads: 1 + seed % 3, kernels: try Self.library())
      #expect(found.count == f.results.count)
      for r in f.results {
        let wanted = expected[r.name]?.flatMap { $0 } ?? []
        let shape = f.type(r.value).isBatched ? [batch, wanted.count / batch] : [wanted.count]
        #expect(found[r.name]?.shape == shape)
        if dtype == .f64 {
          #expect(found[r.name]?.doubles() == wanted)
        } else {
          let close = zip(found[r.name]?.doubles() ?? [], wanted).allSatisfy { abs($0 - $1) <= 1e-5 * max(1, abs($1)) }
          #expect(close, "seed \(seed) result \(r.name)")
        }
      }
    }
  }

  /// Sums of numbers that do not add up exactly, over several regions.
  static func statistics() throws -> Function {
    var b = Builder.test()
    let x = b.parameter("x", .real([4], isBatched: true), .input)
    let w = b.parameter("w", .real([4]), .param)
    let y = try b.axpy(try b.axpy(x, 0.3, w), 0.7, x)
    let mean = try b.axpy(try b.constant([4], 0), 0.01, try b.total(y))
    let z = try b.axpy(y, -1, mean)
    b.result("z", z)
    b.result("total", try b.total(z))
    b.result("moved", try b.axpy(w, 0.1, try b.total(y)))
    b.result("count", try b.one("t_count", []))
    return b.function
  }

  static func decimals(_ count: Int, _ seed: UInt64) -> [Double] {
    var r = TestNumbers(seed)
    return (0..<count).map { _ in Double.random(in: -1...1, using: &r) }
  }

  @Test(arguments: [1, 5, 16, 17, 100, 512, 1000, 2500]) func anyNumberOfThreadsGivesTheSameBits(batch: Int) throws {
    let f = try Self.statistics()
    let inputs = [
      "x": try Tensor(Self.decimals(batch * 4, 1), shape: [batch, 4]), "w": try Tensor(Self.decimals(4, 2)),
    ]
    for dtype in DType.allCases {
      let runs = try [1, 2, 3, 8].map {
        try Interpreter.run(
          f, inputs: inputs, registry: testRegistry, dtype: dtype, threads: $0, kernels: try Self.library())
      }
      for run in runs { #expect(run == runs[0]) }
      #expect(runs[0]["count"]?.doubles() == [Double(batch)])
    }
    let total = try Interpreter.run(f, inputs: inputs, registry: testRegistry, kernels: try Self.library())["moved"]
    let x = inputs["x"]?.doubles() ?? []
    let w = inputs["w"]?.doubles() ?? []
    for e in 0..<4 {
      let sum = (0..<batch).reduce(0.0) { $0 + x[$1 * 4 + e] + 0.3 * w[e] + 0.7 * x[$1 * 4 + e] }
      #expect(abs((total?.doubles()[e] ?? .nan) - (w[e] + 0.1 * sum)) < 1e-9)
    }
  }

  @Test func aBatchIsManyBatchesOfOne() throws {
    var b = Builder.test()
    let x = b.parameter("x", .real([4], isBatched: true), .input)
    let w = b.parameter("w", .real([4]), .param)
    let parts = try b.node("t_split", [try b.axpy(x, 0.3, w)])
    b.result("y", try b.axpy(parts[1], 0.7, try b.one("t_view", [parts[0]])))
    let data = Self.decimals(37 * 4, 5)
    for dtype in DType.allCases {
      let store = ParameterStore(dtype: dtype)
      let schedule = try Scheduler.schedule(b.function, registry: testRegistry, dtype: dtype)
      let executable = try Executable(
        b.function, schedule, spaces: testRegistry.spaces, store: store, pool: ThreadPool(count: 2),
        kernels: try Self.library())
      try store.set("w", try Tensor(Self.decimals(4, 6)))
      let columns = ["x": try HostArray(try Tensor(data, shape: [37, 4]))]
      try executable.run(Batch(columns: columns, rows: Array(0..<37)))
      let all = try #require(executable.result("y")).doubles()
      for row in 0..<37 {
        try executable.run(Batch(columns: columns, rows: [row]))
        #expect(executable.result("y")?.doubles() == Array(all[row * 4..<row * 4 + 4]))
      }
      try executable.run(Batch(columns: columns, rows: [36, 0, 36]))
      #expect(executable.result("y")?.doubles() == Array(all[144..<148] + all[0..<4] + all[144..<148]))
    }
  }

  @Test func labelsAndBytesAreConverted() throws {
    var b = Builder.test()
    let x = b.parameter("x", .real([2], isBatched: true), .input)
    let label = b.parameter("label", .real([], isBatched: true), .input)
    b.result("x", x)
    b.result("label", try b.axpy(label, 1, label))
    let labels: [Int64] = [3, 0, 7, -1, 5]
    for values in [
      try Tensor([UInt8](0..<10), shape: [5, 2]), try Tensor([Int16](0..<10), shape: [5, 2]),
      try Tensor([UInt32](0..<10), shape: [5, 2]), try Tensor((0..<10).map { Float16($0) }, shape: [5, 2]),
      try Tensor((0..<10).map { Float($0) }, shape: [5, 2]),
    ] {
      let found = try Interpreter.run(
        b.function, inputs: ["x": values, "label": try Tensor(labels)], registry: testRegistry, dtype: .f32,
        kernels: try Self.library())
      #expect(found["x"]?.doubles() == (0..<10).map(Double.init))
      #expect(found["x"]?.shape == [5, 2])
      #expect(found["label"]?.doubles() == labels.map { Double($0) * 2 })
      #expect(found["label"]?.shape == [5])
    }
  }

  @Test func updatesReachTheStore() throws {
    var b = Builder.test("step")
    let v = b.parameter("v", .real([3]), .param)
    let w = b.parameter("w", .real([3]), .param)
    b.result("param.w", try b.axpy(w, 1, v))
    b.result("state.w2", w)
    b.result("param.v", w)
    b.result("loss", v)
    let store = ParameterStore(dtype: .f64)
    let schedule = try Scheduler.schedule(b.function, registry: testRegistry, dtype: .f64)
    let executable = try Executable(
      b.function, schedule, spaces: testRegistry.spaces, store: store, pool: ThreadPool(count: 1),
      kernels: try Self.library())
    try store.set("v", try Tensor([1.0, 2, 3]))
    try store.set("w", try Tensor([10.0, 20, 30]))
    for _ in 0..<2 {
      try executable.run(Batch(rows: []))
      try executable.commit()
    }
    #expect(store.tensor("w")?.doubles() == [21, 42, 63])
    #expect(store.tensor("v")?.doubles() == [11, 22, 33])
    #expect(store.tensor("w2")?.doubles() == [11, 22, 33])
    #expect(store.names == ["v", "w", "w2"])
    #expect(throws: GeocError.self) { try store.set("v", try Tensor([1.0])) }
  }

  @Test func aRunLeavesParametersAsTheyAreUntilItIsCommitted() throws {
    var b = Builder.test("step")
    let w = b.parameter("w", .real([3]), .param)
    let v = b.parameter("v", .real([3]), .param)
    b.result("param.w", try b.axpy(w, 1, v))
    let store = ParameterStore(dtype: .f64)
    let schedule = try Scheduler.schedule(b.function, registry: testRegistry, dtype: .f64)
    let executable = try Executable(
      b.function, schedule, spaces: testRegistry.spaces, store: store, pool: ThreadPool(count: 1),
      kernels: try Self.library())
    try store.set("v", try Tensor([1.0, 2, 3]))
    try store.set("w", try Tensor([10.0, 20, 30]))
    try executable.run(Batch(rows: []))
    try executable.run(Batch(rows: []))
    #expect(store.tensor("w")?.doubles() == [10, 20, 30])
    try executable.commit()
    #expect(store.tensor("w")?.doubles() == [11, 22, 33])
    #expect(executable.result("param.w")?.doubles() == [11, 22, 33])
  }

  @Test func changingBatchSizesKeepConstantsAndResultsRight() throws {
    let f = try Self.statistics()
    let store = ParameterStore(dtype: .f64)
    let schedule = try Scheduler.schedule(f, registry: testRegistry, dtype: .f64)
    let executable = try Executable(
      f, schedule, spaces: testRegistry.spaces, store: store, pool: ThreadPool(count: 2), kernels: try Self.library())
    let w = try Tensor(Self.decimals(4, 2))
    try store.set("w", w)
    let data = Self.decimals(200 * 4, 9)
    let columns = ["x": try HostArray(try Tensor(data, shape: [200, 4]))]
    for batch in [200, 3, 64, 3, 200, 1] {
      try executable.run(Batch(columns: columns, rows: Array(0..<batch)))
      let fresh = try Interpreter.run(
        f, inputs: ["x": try Tensor(Array(data.prefix(batch * 4)), shape: [batch, 4]), "w": w], registry: testRegistry,
        kernels: try Self.library())
      for (name, tensor) in fresh { #expect(executable.result(name) == tensor) }
    }
    #expect(executable.number("count") == 1)
    #expect(executable.rows("z")?.rowCount == 200)
  }

  @Test func randomNumbersAreDrawnAnewInEveryRun() throws {
    var b = Builder.test("initialize")
    let zero = try b.constant([4], 0)
    b.result("param.w", try b.axpy(zero, 1, try b.one("t_draw", [], ["shape": .ints([4])])))
    let store = ParameterStore(dtype: .f64)
    let executable = try Executable(
      b.function, try Scheduler.schedule(b.function, registry: testRegistry, dtype: .f64), spaces: testRegistry.spaces,
      store: store, pool: ThreadPool(count: 1), kernels: try Self.library())
    for (seed, step) in [(1, 0), (2, 0), (2, 3)] as [(UInt64, UInt64)] {
      try executable.run(Batch(rows: []), seed: seed, step: step)
      try executable.commit()
      let first = Double(seed * 31 + step * 17)
      #expect(store.tensor("w")?.doubles() == (0..<4).map { (first + Double($0)).truncatingRemainder(dividingBy: 64) })
    }
  }
}

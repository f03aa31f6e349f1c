import GeocDiagnostics
import GeocIR
import GeocOps
import GeocPlan
import GeocTensorFiles
import Testing

@testable import GeocRuntime

/// Row programs between parameters and results, which need no lanes.
@Suite struct HostRowTests {
  /// `y = ⟨x, z⟩ x + w + s (x + z)`, the norm of the sum, and a number. Behind a map they are in lanes.
  func program(rows: Int, length: Int, inLanes: Bool, shared: Bool = false) throws -> Function {
    var b = Builder(name: "f", stage: .core, registry: Catalogue.registry)
    func given(_ name: String, _ width: Int) throws -> Value {
      let value = b.parameter(name, .real([rows, width], isBatched: true), .input)
      return inLanes ? try b.map("x0 * 2 * 0.5", [value]) : value
    }
    let vectors = [try given("x", length), try given("z", length), b.parameter("w", .real([length]), .param)]
    b.origin = Origin(line: 3, column: 5, path: "rows_1")
    let results = try b.rows(vectors, [try given("s", 1)]) { r, v, s in
      let sum = r.sum(v[0], v[1])
      r.result(r.sum(r.sum(r.scaled(v[0], r.dot(v[0], v[1])), v[2]), r.scaled(sum, s[0])))
      r.result(r.scaled(r.fixed(sum), r.square(r.fixed(sum))))
      r.result(try r.number("sqrt(x0) + x1", r.square(v[1]), s[0]))
    }
    for (k, result) in results.enumerated() { b.result("y\(k)", result) }
    if shared { b.result("also", try b.map("x0 + 1", [vectors[0]])) }
    return b.function
  }

  func schedule(_ f: Function, _ dtype: DType = .f32) throws -> Schedule {
    try Scheduler.schedule(f, registry: Catalogue.registry, dtype: dtype)
  }

  func problem(_ s: Schedule, _ f: Function) throws -> String? {
    let kernels = try KernelLibrary.installed()
    return ScheduleVerifier.problem(s, f, registry: Catalogue.registry, dtype: s.dtype) { kernels.kernel($0) }
  }

  @Test func theyAreReadAndWrittenWhereTheHostHasThem() throws {
    let f = try program(rows: 2, length: 32, inLanes: false)
    let s = try schedule(f)
    #expect(
      s.text(f) == """
        schedule @f f32
        chunked 0
          o4, o5, o6 = row(r0, r1, p2, r3)
        memory: 0 + 0 scalars per item in batch + chunk, 0 single, 0 constant, 0 partial

        """)
    #expect(try problem(s, f) == nil)
  }

  @Test func nobodyElseMayNeedThemInLanes() throws {
    for f in [
      try program(rows: 2, length: 32, inLanes: false, shared: true), try program(rows: 2, length: 48, inLanes: false),
    ] {
      let s = try schedule(f)
      #expect(!s.slots.contains { $0.storage == .rows || $0.storage == .results })
      #expect(s.steps.filter { $0.kind == .pack }.count == 3)
      #expect(try problem(s, f) == nil)
    }
  }

  @Test func aForgedResultIsFound() throws {
    let f = try program(rows: 2, length: 32, inLanes: false)
    let s = try schedule(f)
    var swapped = s
    (swapped.slots[4].parameter, swapped.slots[5].parameter) = (1, 0)
    #expect(try problem(swapped, f)?.contains("writes the rows of another result") == true)
    var outside = s
    outside.slots[4].parameter = 3
    #expect(try problem(outside, f)?.contains("slot 4 names result 3") == true)
    var narrow = s
    narrow.slots[6].parameter = 0
    #expect(try problem(narrow, f)?.contains("slot 6 does not fit its result") == true)
    var inLanes = s
    inLanes.slots[4] = Schedule.Slot(elements: 64, storage: .chunk, first: 0, last: 0)
    #expect(try problem(inLanes, f)?.contains("cannot write slot 4") == true)
  }

  /// Up to three rows of an item, one to 131 items, and rows of one and of several tiles.
  @Test(arguments: [(1, 32), (1, 96), (3, 64), (2, 512)], [1, 13, 131])
  func theyGiveWhatTheyGiveInLanes(size: (rows: Int, length: Int), batch: Int) throws {
    let (rows, n) = size
    let inputs = [
      "x": try Tensor(ExecutionTests.decimals(batch * rows * n, 1), shape: [batch, rows, n]),
      "z": try Tensor(ExecutionTests.decimals(batch * rows * n, 2), shape: [batch, rows, n]),
      "w": try Tensor(ExecutionTests.decimals(n, 3)),
      "s": try Tensor(ExecutionTests.decimals(batch * rows, 4), shape: [batch, rows, 1]),
    ]
    for dtype in DType.allCases {
      let functions = try [false, true].map { try program(rows: rows, length: n, inLanes: $0) }
      let found = try functions.map { f in
        let runs = try [1, 2].map {
          try Interpreter.run(f, inputs: inputs, registry: Catalogue.registry, dtype: dtype, threads: $0)
        }
        #expect(runs[0] == runs[1])
        return runs[0]
      }
      for name in ["y0", "y1", "y2"] {
        let (own, inLanes) = (try #require(found[0][name]), try #require(found[1][name]))
        #expect(own.shape == inLanes.shape)
        let scale = inLanes.doubles().map(abs).max() ?? 1
        let worst = zip(own.doubles(), inLanes.doubles()).map { abs($0 - $1) }.max() ?? .infinity
        #expect(worst <= (dtype == .f64 ? 1e-14 : 1e-5) * scale, "\(name) \(dtype)")
      }
    }
  }

  @Test func bytesAndOtherNumbersAreConverted() throws {
    let (batch, n) = (21, 32)
    let f = try program(rows: 1, length: n, inLanes: false)
    let small = (0..<(batch * n)).map { $0 % 7 }
    let others = [
      "z": try Tensor(small.map { Double($0) / 8 }, shape: [batch, 1, n]),
      "w": try Tensor(ExecutionTests.decimals(n, 3)),
      "s": try Tensor((0..<batch).map { Int64($0) }, shape: [batch, 1, 1]),
    ]
    for dtype in DType.allCases {
      let found = try [
        try Tensor(small.map { UInt8($0) }, shape: [batch, 1, n]),
        try Tensor(small.map { Int64($0) }, shape: [batch, 1, n]),
        try Tensor(small.map { Float($0) }, shape: [batch, 1, n]),
        try Tensor(small.map { Double($0) }, shape: [batch, 1, n]),
      ].map { x in
        try Interpreter.run(
          f, inputs: others.merging(["x": x]) { $1 }, registry: Catalogue.registry, dtype: dtype)
      }
      for other in found.dropFirst() { #expect(other == found[0]) }
      let y2 = try #require(found[0]["y2"]).doubles()
      for item in [0, 20] {
        let square = small[item * n..<(item + 1) * n].reduce(0.0) { $0 + Double($1 * $1) / 64 }
        #expect(abs(y2[item] - square.squareRoot() - Double(item)) < (dtype == .f64 ? 1e-13 : 1e-5))
      }
    }
  }

  @Test func rowsMayComeInAnyOrder() throws {
    let f = try program(rows: 1, length: 32, inLanes: false)
    let store = ParameterStore(dtype: .f32)
    let executable = try Executable(
      f, try schedule(f), spaces: Catalogue.registry.spaces, store: store, pool: .init(count: 2))
    try store.set("w", try Tensor(ExecutionTests.decimals(32, 3)))
    let columns = [
      "x": try HostArray(try Tensor(ExecutionTests.decimals(37 * 32, 1), shape: [37, 1, 32])),
      "z": try HostArray(try Tensor(ExecutionTests.decimals(37 * 32, 2), shape: [37, 1, 32])),
      "s": try HostArray(try Tensor(ExecutionTests.decimals(37, 4), shape: [37, 1, 1])),
    ]
    try executable.run(Batch(columns: columns, rows: Array(0..<37)))
    let all = try #require(executable.result("y0")).doubles()
    try executable.run(Batch(columns: columns, rows: [36, 0, 36]))
    #expect(executable.result("y0")?.doubles() == Array(all[(36 * 32)...] + all[..<32] + all[(36 * 32)...]))
  }

  @Test func aNumberThatIsNotFiniteNamesTheSample() throws {
    let f = try program(rows: 1, length: 32, inLanes: false)
    let store = ParameterStore(dtype: .f32)
    let executable = try Executable(
      f, try schedule(f), spaces: Catalogue.registry.spaces, store: store, pool: .init(count: 1))
    try store.set("w", try Tensor([Double](repeating: 1, count: 32)))
    var x = [Double](repeating: 1, count: 40 * 32)
    x[35 * 32 + 3] = 1e30
    let columns = [
      "x": try HostArray(try Tensor(x, shape: [40, 1, 32])), "z": try HostArray(try Tensor(x, shape: [40, 1, 32])),
      "s": try HostArray(try Tensor([Double](repeating: 1, count: 40), shape: [40, 1, 1])),
    ]
    let error = #expect(throws: GeocError.self) {
      try executable.runFinite(Batch(columns: columns, rows: Array(0..<40)))
    }
    let found = error?.diagnostics.first
    #expect(found?.code == .numeric.notFinite && found?.message.contains("'rows_1'") == true)
    #expect(found?.notes.last == "sample 35 of the data, item 35 of the batch")
  }
}

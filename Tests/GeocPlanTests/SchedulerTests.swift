import GeocIR
import PlanTestSupport
import Testing

@testable import GeocPlan

@Suite struct SchedulerTests {
  func schedule(_ function: Function) throws -> Schedule {
    try Scheduler.schedule(function, registry: testRegistry, dtype: .f64)
  }

  func problem(_ schedule: Schedule, _ function: Function) -> String? {
    ScheduleVerifier.problem(schedule, function, registry: testRegistry, dtype: .f64) { TestKernels.table[$0] }
  }

  @Test func stepsOnBatchedValuesShareOneRegion() throws {
    var b = Builder.test()
    let x = b.parameter("x", .real([4], isBatched: true), .input)
    let w = b.parameter("w", .real([4]), .param)
    let two = try b.constant([4], 2)
    let y = try b.axpy(x, 1, w)
    let z = try b.axpy(y, 3, two)
    b.result("z", z)
    b.result("sum", try b.total(z))
    let s = try schedule(b.function)
    #expect(
      s.text(b.function) == """
        schedule @f f64
        constant 0
          k0 = t_fill()
        chunked 1
          c1 = pack x
          c1 = t_axpy(c1, p2)
          c1 = t_axpy(c1, k0)
          unpack z = c1
          s3 = t_sum(c1) over the batch
        result sum = s3
        memory: 0 + 4 scalars per item in batch + chunk, 8 single, 8 constant, 8 partial

        """)
    #expect(problem(s, b.function) == nil)
  }

  @Test func aStepThatNeedsASumStartsARegion() throws {
    var b = Builder.test()
    let x = b.parameter("x", .real([4], isBatched: true), .input)
    let mean = try b.axpy(try b.constant([4], 0), 0.5, try b.total(x))
    let centred = try b.axpy(x, -1, mean)
    b.result("variance", try b.total(centred))
    let s = try schedule(b.function)
    #expect(
      s.text(b.function) == """
        schedule @f f64
        constant 0
          k0 = t_fill()
        chunked 1
          b1 = pack x
          s2 = t_sum(b1) over the batch
        wave 2
          s3 = t_axpy(k0, s2)
        chunked 3
          c4 = t_axpy(b1, s3)
          s5 = t_sum(c4) over the batch
        result variance = s5
        memory: 4 + 4 scalars per item in batch + chunk, 16 single, 8 constant, 8 partial

        """)
    #expect(problem(s, b.function) == nil)
  }

  @Test func whatIsReadOverTheWholeBatchIsFinishedBefore() throws {
    var b = Builder.test()
    let x = b.parameter("x", .real([4], isBatched: true), .input)
    let y = try b.axpy(x, 2, x)
    b.result("z", try b.axpy(try b.turn(y), 1, y))
    let s = try schedule(b.function)
    #expect(
      s.text(b.function) == """
        schedule @f f64
        chunked 0
          c0 = pack x
          b1 = t_axpy(c0, c0)
        chunked 1
          c2 = t_turn(all b1)
          c2 = t_axpy(c2, b1)
          unpack z = c2
        memory: 4 + 4 scalars per item in batch + chunk, 0 single, 0 constant, 0 partial

        """)
    #expect(problem(s, b.function) == nil)
  }

  @Test func anInputReadOverTheWholeBatchIsPackedBefore() throws {
    var b = Builder.test()
    let x = b.parameter("x", .real([4], isBatched: true), .input)
    b.result("z", try b.turn(x))
    let s = try schedule(b.function)
    #expect(s.regions.map { $0.end - $0.start } == [1, 2])
    #expect(s.steps.map(\.kind) == [.pack, .kernel, .unpack])
    #expect(s.slots[s.steps[0].outputs[0]].storage == .batch)
    #expect(problem(s, b.function) == nil)
  }

  @Test func nothingOverwritesWhatIsReadOverTheWholeBatch() throws {
    var b = Builder.test()
    let x = b.parameter("x", .real([4], isBatched: true), .input)
    let y = try b.axpy(x, 2, x)
    let turned = try b.turn(y)
    // The sum may take the place of y only where no other chunk reads y.
    b.result("z", try b.axpy(y, 1, turned))
    let s = try schedule(b.function)
    #expect(problem(s, b.function) == nil)
    var forged = s
    let last = try #require(s.steps.lastIndex { $0.kernel == "t_axpy" })
    let slot = s.steps[last].inputs[0]
    forged.steps[last].outputs = [slot]
    forged.steps[last + 1].inputs = [slot]
    let found = try #require(problem(forged, b.function))
    #expect(found.contains("of which the whole batch is being read"))
  }

  @Test func aValueOfTheSameRegionIsNotReadOverTheWholeBatch() throws {
    var b = Builder.test()
    let x = b.parameter("x", .real([4], isBatched: true), .input)
    b.result("z", try b.turn(try b.axpy(x, 2, x)))
    var s = try schedule(b.function)
    s.regions = [Schedule.Region(kind: .chunked, start: 0, end: s.steps.count)]
    for k in s.slots.indices where s.slots[k].storage == .batch { (s.slots[k].first, s.slots[k].last) = (0, 0) }
    let found = try #require(problem(s, b.function))
    #expect(found.contains("reads the whole batch of slot"))
  }

  @Test func aStepMovesToTheRegionOfItsReader() throws {
    var b = Builder.test()
    let x = b.parameter("x", .real([4], isBatched: true), .input)
    let early = try b.axpy(x, 2, x)
    let mean = try b.total(x)
    let late = try b.axpy(early, -1, mean)
    b.result("late", late)
    let s = try schedule(b.function)
    #expect(s.regions.map(\.kind) == [.chunked, .chunked])
    #expect(s.regions[0].end == 2)
    #expect(s.slots.count { $0.storage == .batch } == 1)
    #expect(problem(s, b.function) == nil)
  }

  @Test func independentUnbatchedStepsShareAWave() throws {
    var b = Builder.test()
    let values = (0..<3).map { b.parameter("w\($0)", .real([4]), .param) }
    for (k, w) in values.enumerated() {
      b.result("y\(k)", try b.axpy(try b.axpy(w, 2, w), 1, w))
    }
    let s = try schedule(b.function)
    #expect(
      s.regions == [Schedule.Region(kind: .wave, start: 0, end: 3), Schedule.Region(kind: .wave, start: 3, end: 6)])
    #expect(problem(s, b.function) == nil)
  }

  @Test func newParametersAreWrittenOverTheOldOnesAtTheEnd() throws {
    var b = Builder.test()
    let x = b.parameter("x", .real([4], isBatched: true), .input)
    let w = b.parameter("w", .real([4]), .param)
    let m = b.parameter("optimizer.w.m", .real([4]), .slot)
    let g = try b.total(try b.axpy(x, 1, w))
    b.result("optimizer.w.m", try b.axpy(m, 0.5, g))
    b.result("param.w", try b.axpy(w, -0.1, g))
    b.result("loss", g)
    let s = try schedule(b.function)
    #expect(s.regions.map(\.kind) == [.chunked, .update])
    #expect(s.results.map { s.slots[$0].storage } == [.parameter, .parameter, .single])
    #expect(s.steps[s.regions[1].start..<s.regions[1].end].allSatisfy { $0.outputs == [$0.inputs[0]] })
    #expect(problem(s, b.function) == nil)
  }

  @Test func aParameterThatAnotherUpdateReadsIsNotOverwritten() throws {
    var b = Builder.test()
    let w = b.parameter("w", .real([4]), .param)
    let v = b.parameter("v", .real([4]), .param)
    let u = b.parameter("u", .real([4]), .param)
    b.result("param.w", try b.axpy(w, 2, v))
    b.result("param.v", try b.axpy(v, 3, v))
    // What is read afterwards is made beside the old value too.
    let next = try b.axpy(u, 1, w)
    b.result("param.u", next)
    b.result("norm", try b.axpy(next, 1, next))
    let s = try schedule(b.function)
    #expect(s.results.map { s.slots[$0].storage } == [.parameter, .single, .single, .single])
    #expect(problem(s, b.function) == nil)
  }

  @Test func deadStepsAndUnusedInputsCostNothing() throws {
    var b = Builder.test()
    let x = b.parameter("x", .real([4], isBatched: true), .input)
    _ = b.parameter("unused", .real([9], isBatched: true), .input)
    _ = try b.axpy(x, 1, x)
    let w = b.parameter("w", .real([2]), .param)
    b.result("w", w)
    let s = try schedule(b.function)
    #expect(s.steps.isEmpty && s.regions.isEmpty)
    #expect(s.slots == [Schedule.Slot(elements: 2, storage: .parameter, parameter: 2, first: 0, last: 0)])
    #expect(problem(s, b.function) == nil)
  }

  @Test func aBatchedParameterMayBeAResult() throws {
    var b = Builder.test()
    let x = b.parameter("x", .real([4], isBatched: true), .input)
    b.result("same", x)
    b.result("again", x)
    let s = try schedule(b.function)
    #expect(s.steps.map(\.kind) == [.pack, .unpack, .unpack])
    #expect(problem(s, b.function) == nil)
  }

  @Test func layerOpsAreRefused() throws {
    var b = Builder.test()
    let x = b.parameter("x", .real([4], isBatched: true), .input)
    b.result("y", try b.one("t_layer", [x]))
    #expect(throws: ScheduleProblem("node 0 't_layer' has no kernel")) { try schedule(b.function) }
  }

  @Test func chunkOrderKeepsFewValuesAlive() throws {
    var b = Builder.test()
    let x = b.parameter("x", .real([10], isBatched: true), .input)
    var products: [Value] = []
    for k in 0..<8 { products.append(try b.one("t_root", [try b.axpy(x, Double(k), x)])) }
    for (k, product) in products.enumerated() { b.result("s\(k)", try b.total(product)) }
    let layout = Layout(try schedule(b.function))
    // The order of the function keeps all eight alive.
    #expect(layout.chunkElements == 30)
  }

  @Test func largeChunksOfSinglePrecisionHaveHalfTheItems() throws {
    func layout(_ elements: Int, _ dtype: DType) throws -> Layout {
      var b = Builder.test()
      let x = b.parameter("x", .real([elements], isBatched: true), .input)
      b.result("sum", try b.total(try b.one("t_root", [x])))
      return Layout(try Scheduler.schedule(b.function, registry: testRegistry, dtype: dtype))
    }
    #expect(try layout(256, .f32).chunkElements == 512)
    #expect(try layout(256, .f32).chunkItems == 32)
    #expect(try layout(257, .f32).chunkItems == 16)
    #expect(try layout(257, .f32).bind(batch: 32).chunks == 2)
    #expect(try layout(16, .f64).chunkItems == 16)
    #expect(try layout(4096, .f64).chunkItems == 16)
  }

  @Test(arguments: 0..<200) func randomFunctionsGiveSoundSchedules(seed: Int) throws {
    let function = try RandomFunctions.make(seed: UInt64(seed), size: 5 + seed % 60)
    #expect(Verifier.problems(function, testRegistry) == [])
    let s = try schedule(function)
    #expect(problem(s, function) == nil)
    let layout = Layout(s)
    #expect(layout.overlaps(s) == [])
    for batch in [1, 7, 16, 100, 1000] {
      let bound = layout.bind(batch: batch)
      for slot in s.slots.indices where s.slots[slot].storage == .batch {
        let bytes = (layout.offsets[slot] + s.slots[slot].elements) * bound.groups * layout.lanes * 8
        #expect(bytes <= bound.batchBytes)
      }
      #expect((0..<bound.tasks).flatMap { Array(bound.chunks(ofTask: $0)) } == Array(0..<bound.chunks))
    }
  }
}

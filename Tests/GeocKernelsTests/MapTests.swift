import GeocKernelABI
import GeocKernels
import Glibc
import Testing

@Suite struct MapTests {
  /// Encodes a program: instructions of (opcode, destination, a, b, c).
  static func program(_ outputs: [Int], _ instructions: [(MapOpcode, Int, Int, Int, Int)]) -> [Int] {
    let registers = (instructions.map(\.1).max() ?? -1) + 1
    return [instructions.count, registers, outputs.count] + outputs
      + instructions.flatMap { [$0.0.rawValue, $0.1, $0.2, $0.3, $0.4] }
  }

  static let unary: [(MapOpcode, ClosedRange<Double>, @Sendable (Double) -> Double)] = [
    (.negate, -5...5, { -$0 }), (.exp, -20...20, { exp($0) }), (.log, 1e-3...50, { log($0) }),
    (.log1p, -0.9...5, { log1p($0) }), (.expm1, -4...4, { expm1($0) }), (.squareRoot, 0...9, { $0.squareRoot() }),
    (.reciprocalSquareRoot, 0.1...9, { 1 / $0.squareRoot() }), (.reciprocal, 0.2...4, { 1 / $0 }),
    (.tanh, -4...4, { tanh($0) }), (.sigmoid, -30...30, { 1 / (1 + exp(-$0)) }),
    (.softplus, -30...30, { max($0, 0) + log1p(exp(-abs($0))) }), (.sine, -9...9, { sin($0) }),
    (.cosine, -9...9, { cos($0) }), (.absolute, -2...2, { abs($0) }),
    (.sign, -2...2, { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }), (.errorFunction, -3...3, { erf($0) }),
    (.step, -1...1, { $0 > 0 ? 1 : 0 }), (.hyperbolicSine, -4...4, { sinh($0) }),
    (.hyperbolicCosine, -4...4, { cosh($0) }), (.inverseHyperbolicSine, -9...9, { asinh($0) }),
    (.inverseHyperbolicTangent, -0.9...0.9, { atanh($0) }), (.inverseCosine, -1...1, { acos($0) }),
  ]

  @Test(arguments: Instance.allCases)
  func everyUnaryFunction(_ instance: Instance) throws {
    var numbers = TestNumbers(31)
    for (opcode, range, function) in Self.unary {
      // 37 elements: not a whole number of vectors or tiles.
      let x = numbers.items(17) { $0.uniform(37, range) }
      let bench = KernelBench(sizes: [1, 37, 1] + Self.program([0], [(.load, 0, 0, 0, 0), (opcode, 0, 0, 0, 0)]))
      let result = try bench.run("map", instance, batch: 17, [x], outputs: [37])
      for item in 0..<17 {
        expectClose(result.outputs[0][item], x[item].map(function), instance.isDouble ? 1e-14 : 1e-6, "\(opcode)")
      }
    }
  }

  /// 1 − tanh² with the result in the register of the constant.
  @Test(arguments: Instance.allCases)
  func aResultMayTakeThePlaceOfAConstant(_ instance: Instance) throws {
    var numbers = TestNumbers(37)
    let x = numbers.items(17) { $0.uniform(37, -3...3) }
    let program = Self.program(
      [0], [(.constant, 0, 0, 0, 0), (.load, 1, 0, 0, 0), (.tanh, 1, 1, 0, 0), (.negateMultiplyAdd, 0, 1, 1, 0)])
    let result = try KernelBench(sizes: [1, 37, 1] + program, reals: [1]).run(
      "map", instance, batch: 17, [x], outputs: [37])
    for item in 0..<17 {
      expectClose(
        result.outputs[0][item], x[item].map { 1 - tanh($0) * tanh($0) }, instance.isDouble ? 1e-14 : 1e-6, "1 − tanh²")
    }
  }

  static let binary: [(MapOpcode, @Sendable (Double, Double) -> Double)] = [
    (.add, { $0 + $1 }), (.subtract, { $0 - $1 }), (.multiply, { $0 * $1 }), (.divide, { $0 / $1 }),
    (.minimum, { min($0, $1) }), (.maximum, { max($0, $1) }), (.power, { pow($0, $1) }), (.less, { $0 < $1 ? 1 : 0 }),
  ]
  static let ternary: [(MapOpcode, @Sendable (Double, Double, Double) -> Double)] = [
    (.multiplyAdd, { $0 * $1 + $2 }), (.multiplySubtract, { $0 * $1 - $2 }),
    (.negateMultiplyAdd, { $2 - $0 * $1 }), (.select, { $0 != 0 ? $1 : $2 }),
  ]

  @Test(arguments: Instance.allCases)
  func everyFunctionOfTwoAndThreeWithEveryBroadcast(_ instance: Instance) throws {
    var numbers = TestNumbers(32)
    let (rows, columns) = (5, 33)
    let strides = [[columns, 1], [0, 1], [1, 0], [0, 0]]
    let counts = [rows * columns, columns, rows, 1]
    for shape in 0..<4 {
      for isShared in [false, true] {
        let a = numbers.items(9) { $0.uniform(rows * columns, 0.5...2) }
        let b =
          isShared
          ? BenchInput.shared(numbers.uniform(counts[shape], 0.5...2))
          : numbers.items(9) { $0.uniform(counts[shape], 0.5...2) }
        let c = numbers.items(9) { $0.uniform(rows, -1...1).map { $0 < 0 ? 0 : $0 } }
        func index(_ e: Int) -> Int { e / columns * strides[shape][0] + e % columns * strides[shape][1] }
        let head = [2, rows, columns, columns, 1] + strides[shape] + [1, 0]
        for (opcode, function) in Self.binary {
          for isSwapped in [false, true] {
            let sizes =
              head
              + Self.program(
                [2],
                [
                  (.load, 0, isSwapped ? 1 : 0, 0, 0), (.load, 1, isSwapped ? 0 : 1, 0, 0), (opcode, 2, 0, 1, 0),
                ])
            let result = try KernelBench(sizes: sizes).run(
              "map", instance, batch: 9, [a, b, c], outputs: [rows * columns])
            for item in 0..<9 {
              let expected = (0..<(rows * columns)).map { e in
                let (x, y) = (a[item][e], b[item][index(e)])
                return isSwapped ? function(y, x) : function(x, y)
              }
              expectClose(result.outputs[0][item], expected, instance.isDouble ? 1e-14 : 1e-6, "\(opcode) \(shape)")
            }
          }
        }
        for (opcode, function) in Self.ternary {
          let sizes =
            head
            + Self.program(
              [0],
              [
                (.load, 0, 2, 0, 0), (.load, 1, 0, 0, 0), (.load, 2, 1, 0, 0), (opcode, 0, 0, 1, 2),
              ])
          let result = try KernelBench(sizes: sizes).run(
            "map", instance, batch: 9, [a, b, c], outputs: [rows * columns])
          for item in 0..<9 {
            let expected = (0..<(rows * columns)).map { e in
              function(c[item][e / columns], a[item][e], b[item][index(e)])
            }
            expectClose(result.outputs[0][item], expected, instance.isDouble ? 1e-14 : 1e-6, "\(opcode) \(shape)")
          }
        }
      }
    }
  }

  @Test(arguments: Instance.allCases)
  func severalOutputsConstantsAndRankFour(_ instance: Instance) throws {
    var numbers = TestNumbers(33)
    let dims = [2, 3, 2, 5]
    let x = numbers.items(20) { $0.normal(60) }
    // A permuted view: element (i,j,k,l) of the result reads (l,k,j,i) of [5,2,3,2].
    let strides = [1, 2, 6, 12]
    let sizes =
      [4] + dims + strides
      + Self.program(
        [1, 0, 2],
        [
          (.load, 0, 0, 0, 0), (.constant, 1, 1, 0, 0), (.constant, 2, 0, 0, 0), (.multiply, 1, 0, 1, 0),
        ])
    let result = try KernelBench(sizes: sizes, reals: [0.1, 3]).run(
      "map", instance, batch: 20, [x], outputs: [60, 60, 60])
    for item in 0..<20 {
      let moved = (0..<60).map { (e: Int) -> Double in
        let outer: Int = e / 30 + e / 10 % 3 * 2
        let inner: Int = e / 5 % 2 * 6 + e % 5 * 12
        return x[item][outer + inner]
      }
      #expect(result.outputs[1][item] == moved)
      expectClose(result.outputs[0][item], moved.map { 3 * $0 }, instance.tolerance)
      #expect(result.outputs[2][item].allSatisfy { $0 == (instance.isDouble ? 0.1 : Double(Float(0.1))) })
    }
  }

  @Test(arguments: Instance.allCases)
  func noInputsScalarsAndLongArrays(_ instance: Instance) throws {
    let fill = [1, 700] + Self.program([0], [(.constant, 0, 0, 0, 0)])
    let filled = try KernelBench(sizes: fill, reals: [2.5]).run("map", instance, batch: 3, [], outputs: [700])
    #expect(filled.outputs[0] == Array(repeating: Array(repeating: 2.5, count: 700), count: 3))
    let scalar = [0] + Self.program([0], [(.load, 0, 0, 0, 0), (.absolute, 0, 0, 0, 0)])
    let single = try KernelBench(sizes: scalar).run("map", instance, batch: 2, [.batched([[-3], [4]])], outputs: [1])
    #expect(single.outputs[0] == [[3], [4]])
    var numbers = TestNumbers(34)
    let x = numbers.items(2) { $0.normal(1003) }
    let relu =
      [1, 1003, 1] + Self.program([0], [(.load, 0, 0, 0, 0), (.constant, 1, 0, 0, 0), (.maximum, 0, 0, 1, 0)])
    let result = try KernelBench(sizes: relu, reals: [0]).run("map", instance, batch: 2, [x], outputs: [1003])
    #expect(result.outputs[0] == x.items.map { $0.map { max($0, 0) } })
  }

  @Test(arguments: Instance.allCases)
  func specialNumbersFollowTheDefinitions(_ instance: Instance) throws {
    let nan = Double.nan
    func evaluate(_ opcode: MapOpcode, _ a: Double, _ b: Double) throws -> Double {
      let sizes = [1, 1, 1, 1] + Self.program([2], [(.load, 0, 0, 0, 0), (.load, 1, 1, 0, 0), (opcode, 2, 0, 1, 0)])
      return try KernelBench(sizes: sizes).run(
        "map", instance, batch: 2, [.batched([[a], [a]]), .shared([b])], outputs: [1]
      ).outputs[0][1][0]
    }
    #expect(try evaluate(.maximum, nan, 1).isNaN)
    #expect(try evaluate(.maximum, 1, nan) == 1)
    #expect(try evaluate(.minimum, nan, 1).isNaN)
    #expect(try evaluate(.minimum, 1, nan) == 1)
    #expect(try evaluate(.less, nan, 1) == 0)
    #expect(try evaluate(.sign, nan, 0) == 0)
    #expect(try evaluate(.reciprocalSquareRoot, 0, 0) == .infinity)
    #expect(try evaluate(.log, 0, 0) == -.infinity)
    #expect(try evaluate(.softplus, 800, 0) == 800)
    #expect(try evaluate(.sigmoid, -800, 0) == 0)
  }

  /// y0 = 2 x0 + s x1 and y1 = x0 · y0 of 1003 elements, by several workers one after the other; with `isInPlace` over x0
  /// and x1.
  private static func twoOutputs<Scalar: BinaryFloatingPoint>(
    _: Scalar.Type, _ function: KernelFunction, workers: Int, isInPlace: Bool
  ) -> [[Scalar]] {
    let count = 1003
    let values = [0, 1].map { k in (0..<count).map { Scalar(sin(Double($0 + 7 * k))) } }
    let memory = (0..<4).map { _ in UnsafeMutablePointer<Scalar>.allocate(capacity: count) }
    let scale = UnsafeMutablePointer<Scalar>.allocate(capacity: 1)
    scale.initialize(to: 0.75)
    let scratch = UnsafeMutableRawPointer.allocate(byteCount: 1 << 16, alignment: 64)
    defer {
      memory.forEach { $0.deallocate() }
      scale.deallocate()
      scratch.deallocate()
    }
    for k in 0..<4 { for e in 0..<count { memory[k][e] = k < 2 ? values[k][e] : .nan } }
    let places = isInPlace ? [0, 1] : [2, 3]
    let operands =
      [0, 1].map { Operand(base: memory[$0], groupStride: 0) }
      + [Operand(base: scale, groupStride: 0)] + places.map { Operand(base: memory[$0], groupStride: 0) }
    let sizes =
      [1, count, 1, 1, 0]
      + program(
        [4, 5],
        [
          (.load, 0, 2, 0, 0), (.constant, 1, 0, 0, 0), (.squareRoot, 0, 0, 0, 0), (.load, 2, 0, 0, 0),
          (.load, 3, 1, 0, 0), (.multiply, 3, 0, 3, 0), (.multiplyAdd, 4, 1, 2, 3), (.multiply, 5, 2, 4, 0),
        ])
    var fault = KernelFault()
    for part in 0..<workers {
      operands.withUnsafeBufferPointer { o in
        sizes.withUnsafeBufferPointer { s in
          [2.0].withUnsafeBufferPointer { r in
            guard let o = o.baseAddress, let s = s.baseAddress, let r = r.baseAddress else { return }
            var call = KernelCall(
              operands: o, inputCount: 3, groups: 1, items: 1, firstItem: 0, batch: 1, sizes: s, reals: r,
              scratch: scratch, seed: 0, step: 0, fault: &fault)
            call.part = part
            call.parts = workers
            function(&call)
          }
        }
      }
    }
    return places.map { k in (0..<count).map { memory[k][$0] } }
  }

  /// Also where the place of an output is read after the output is known.
  @Test func outputsMayTakeThePlaceOfInputsAndBeSharedByWorkers() throws {
    let set = try #require(KernelTable.shared["map"])
    let doubles = Self.twoOutputs(Double.self, set.single64, workers: 1, isInPlace: false)
    for e in 0..<1003 {
      let (x0, x1) = (sin(Double(e)), sin(Double(e + 7)))
      #expect(abs(doubles[0][e] - (2 * x0 + 0.75.squareRoot() * x1)) < 1e-15)
      #expect(abs(doubles[1][e] - x0 * (2 * x0 + 0.75.squareRoot() * x1)) < 1e-15)
    }
    let floats = Self.twoOutputs(Float.self, set.single32, workers: 1, isInPlace: false)
    for workers in 1...3 {
      for isInPlace in [false, true] {
        #expect(Self.twoOutputs(Double.self, set.single64, workers: workers, isInPlace: isInPlace) == doubles)
        #expect(Self.twoOutputs(Float.self, set.single32, workers: workers, isInPlace: isInPlace) == floats)
      }
    }
  }
}

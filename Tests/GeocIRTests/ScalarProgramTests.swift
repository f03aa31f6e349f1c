import GeocIR
import GeocKernelABI
import Testing

@Suite struct ScalarProgramTests {
  @Test func uncontractedProgramsEqualTheTreeBitForBit() {
    var random = ScalarRandom(seed: 6)
    var numbers = 0
    for _ in 0..<3000 {
      let trees = (0..<Int.random(in: 1...3, using: &random)).map { _ in random.expression(depth: 5, powers: false) }
      let program = MapProgram.compile(trees, contracting: false)
      let inputs = (0..<3).map { _ in random.number(-1...2) }
      for (actual, tree) in zip(program.run(inputs: inputs), trees) {
        let expected = tree.evaluate(inputs)
        #expect(actual == expected || (actual.isNaN && expected.isNaN), "\(tree)")
        if !expected.isNaN { numbers += 1 }
      }
    }
    #expect(numbers > 3000)
  }

  @Test(arguments: [16, 1])
  func contractedProgramsEqualTheTreeUpToRounding(registerGoal: Int) {
    var random = ScalarRandom(seed: 7)
    var checked = 0
    for _ in 0..<4000 {
      let tree = random.expression(depth: 5)
      let program = MapProgram.compile([tree], registerGoal: registerGoal)
      let inputs = (0..<3).map { _ in random.number(0.1...2) }
      guard tree.isTame(at: inputs), let tolerance = tree.roundingTolerance(at: inputs, &random) else { continue }
      let (expected, actual) = (tree.evaluate(inputs), program.run(inputs: inputs)[0])
      #expect(abs(expected - actual) <= tolerance, "\(tree): \(expected), \(actual)")
      checked += 1
    }
    #expect(checked > 1000)
  }

  @Test func theEncodingReadsBack() throws {
    var random = ScalarRandom(seed: 8)
    for _ in 0..<500 {
      let program = MapProgram.compile([random.expression(depth: 5), random.expression(depth: 3)])
      let back = try #require(MapProgram(encodedSizes: program.encodedSizes, constants: program.constants))
      #expect(back == program)
    }
    let program = try ScalarExpression.parse("x0 * x1 + 2.0").compiled()
    #expect(program.encodedSizes == [4, 3, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 2, 0, 0, 0, 7, 0, 0, 1, 2])
    #expect(program.constants == [2] && program.inputCount == 2)
  }

  @Test func damagedEncodingsAreRefused() throws {
    let program = try ScalarExpression.parse("max(x0, x1) * 2.0 - x2").compiled()
    let sizes = program.encodedSizes
    #expect(MapProgram(encodedSizes: [], constants: []) == nil)
    #expect(MapProgram(encodedSizes: Array(sizes.dropLast()), constants: program.constants) == nil)
    #expect(MapProgram(encodedSizes: sizes, constants: []) == nil)
    for index in sizes.indices {
      for wrong in [-1, 1 << 40, Int.max, Int.min] {
        var damaged = sizes
        damaged[index] = wrong
        guard let read = MapProgram(encodedSizes: damaged, constants: program.constants) else { continue }
        // Only the operands that the opcode ignores may hold anything.
        #expect(read.run(inputs: [1, 2, 3]) == program.run(inputs: [1, 2, 3]))
      }
    }
    #expect(MapProgram(encodedSizes: [1, 1, 1, 0, 2, 0, 0, 0, 0], constants: []) == nil, "read before written")
  }

  @Test func sharedSubexpressionsAreComputedOnce() throws {
    let sigmoid = try ScalarExpression.parse("sigmoid(x0 + x1)")
    let program = MapProgram.compile([sigmoid, sigmoid.derivative(by: 0), try .parse("sigmoid(x1 + x0)")])
    #expect(program.instructions.filter { $0.opcode == .sigmoid }.count == 1)
    #expect(program.outputs[0] == program.outputs[2])
  }

  @Test(arguments: [
    ("x0 * x1 + x2", MapOpcode.multiplyAdd), ("x0 * x1 - x2", .multiplySubtract), ("x2 - x0 * x1", .negateMultiplyAdd),
    ("x0 * x0 + x0", .multiplyAdd), ("x2 + x0 * x1", .multiplyAdd),
  ])
  func productsFuseWithSums(_ text: String, _ opcode: MapOpcode) throws {
    let program = try ScalarExpression.parse(text).compiled()
    #expect(program.instructions.last?.opcode == opcode)
    #expect(!program.instructions.contains { $0.opcode == .multiply })
    #expect(program.run(inputs: [3, 5, 7]) == [try ScalarExpression.parse(text).evaluate([3, 5, 7])])
  }

  @Test func aProductUsedTwiceIsNotFused() throws {
    let program = MapProgram.compile([try .parse("x0 * x1 + 1.0"), try .parse("x0 * x1")])
    #expect(program.instructions.contains { $0.opcode == .multiply && $0.a != $0.b })
    #expect(!program.instructions.contains { $0.opcode == .multiplyAdd })
  }

  @Test func registersStayFew() throws {
    var sum: ScalarExpression = .input(0)
    for i in 1..<60 { sum = sum + .constant(Double(i)) * .input(i) }
    #expect(sum.compiled().registerCount <= 4)
    // Every input is used at the start and again at the end: only loading them twice keeps the registers few.
    let twice = MapProgram.compile([sum * sum.mapInputs { .unary(.exp, .input($0)) }])
    #expect(twice.registerCount <= 16)
    let inputs = (0..<60).map { Double($0) / 100 }
    let expected = (sum * sum.mapInputs { .unary(.exp, .input($0)) }).evaluate(inputs)
    #expect(abs(twice.run(inputs: inputs)[0] - expected) < 1e-12 * expected)
    func tree(_ depth: Int, _ index: Int) -> ScalarExpression {
      depth == 0 ? .input(index) : tree(depth - 1, 2 * index) / tree(depth - 1, 2 * index + 1)
    }
    #expect(tree(8, 0).compiled().registerCount == 9)
  }

  @Test func wholePowersBecomeProducts() throws {
    for exponent in -8...8 {
      let program = ScalarExpression.binary(.pow, .input(0), .constant(Double(exponent))).compiled()
      #expect(!program.instructions.contains { $0.opcode == .power })
      let expected = MapOpcode.power.value(-1.25, Double(exponent))
      #expect(abs(program.run(inputs: [-1.25])[0] - expected) <= 1e-15 * abs(expected))
    }
  }

  @Test func opcodesKeepTheirNumbers() {
    #expect(MapOpcode.allCases.map(\.rawValue) == Array(0...45))
    #expect(
      MapOpcode.inverseCosine.rawValue == 35 && MapOpcode.asinhRatioSlope.rawValue == 43
        && MapOpcode.maximum.rawValue == 11)
    #expect(SpectralOpcode.allCases.map(\.rawValue) == Array(1...6))
  }

  @Test func boundsPassANaNOfTheFirstOperandOn() {
    #expect(MapOpcode.maximum.value(.nan, 0).isNaN && MapOpcode.maximum.value(0, .nan) == 0)
    #expect(MapOpcode.minimum.value(.nan, 0).isNaN && MapOpcode.minimum.value(0, .nan) == 0)
  }
}

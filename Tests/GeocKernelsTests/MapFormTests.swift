import GeocIR
import GeocKernelABI
import GeocKernels
import Testing

/// A form gives what the instructions give that it stands for, to the last bit.
@Suite struct MapFormTests {
  static let constants = [0.9, 0.1, 0.99, 0.01, 1e-8]

  /// The results of a form as a map would have them.
  static func expressions(_ form: MapForm) -> [ScalarExpression] {
    form.formulas.map { $0.mapInputs { $0 < 100 ? .input($0) : .constant(constants[$0 - 100]) } }
  }

  /// A map as instructions and as a form, behind the same shape.
  static func benches(_ form: MapForm, head: [Int]) -> (KernelBench, KernelBench) {
    let plain = MapProgram.compile(expressions(form))
    let fused = MapProgram.compile(fusing: expressions(form))
    return (
      KernelBench(sizes: head + plain.encodedSizes, reals: plain.constants),
      KernelBench(sizes: head + fused.encodedSizes, reals: fused.constants)
    )
  }

  @Test(arguments: MapForm.allCases)
  func aFormIsRecognised(_ form: MapForm) throws {
    let program = MapProgram.compile(fusing: Self.expressions(form))
    let last = try #require(program.instructions.last)
    #expect(last.opcode == .apply && last.a == form.rawValue)
    #expect(MapProgram(encodedSizes: program.encodedSizes, constants: program.constants) == program)
    let inputs = (0..<form.operandCount).map { 0.3 + 0.1 * Double($0) }
    for (value, expression) in zip(program.run(inputs: inputs), Self.expressions(form)) {
      #expect(abs(value - expression.evaluate(inputs)) <= 1e-15)
    }
  }

  /// Operands are whole expressions, in any order, and sums and products may be written either way round.
  @Test func operandsAreExpressions() throws {
    let texts = [
      "0.1 * (x1 + 2 * x3) + 0.9 * x0", "(x1 + 2 * x3) * (x1 + 2 * x3) * 0.01 + 0.99 * x2",
      "(1 - 0.5 * x4) * x3 - (0.1 * (x1 + 2 * x3) + 0.9 * x0) "
        + "/ (1e-08 + x5 * sqrt((x1 + 2 * x3) * (x1 + 2 * x3) * 0.01 + 0.99 * x2)) * x4",
    ]
    let found = try #require(MapForm.match(try texts.map(ScalarExpression.parse)))
    #expect(found.form == .decayedAdam)
    #expect(found.operands.map(\.description) == ["x0", "x1 + 2.0 * x3", "x2", "1.0 - 0.5 * x4", "x5", "x4", "x3"])
    #expect(found.constants == [0.9, 0.1, 0.99, 0.01, 1e-8])
    // Another gradient in the second moment is no Adam.
    var other = try texts.map(ScalarExpression.parse)
    other[1] = try .parse("0.01 * (x1 * x1) + 0.99 * x2")
    #expect(MapForm.match(other) == nil)
  }

  /// With numbers for all elements as factors, and with one operand that is the other way round.
  @Test(arguments: MapForm.allCases, Instance.allCases)
  func bitsOfAMap(_ form: MapForm, _ instance: Instance) throws {
    var numbers = TestNumbers(41)
    for (count, odd) in [(1, -1), (37, -1), (1500, -1), (1500, 0), (1500, form.tensorCount), (5000, -1)] {
      let strides = (0..<form.operandCount).map { ($0 < form.tensorCount) == ($0 != odd) ? 1 : 0 }
      let inputs = strides.map { stride in
        instance.lanes > 1
          ? numbers.items(5) { $0.uniform(stride == 0 ? 1 : count, 0.2...1) }
          : BenchInput.shared(numbers.uniform(stride == 0 ? 1 : count, 0.2...1))
      }
      let (plain, fused) = Self.benches(form, head: [1, count] + strides)
      let outputs = [Int](repeating: count, count: form.resultCount)
      let batch = instance.lanes > 1 ? 5 : 1
      let expected = try plain.run("map", instance, batch: batch, inputs, outputs: outputs)
      #expect(try fused.run("map", instance, batch: batch, inputs, outputs: outputs) == expected)
      #expect(expected.outputs[0][0].contains { $0 != 0 })
    }
  }

  /// A form adds up its larger tiles, so that only the order of the additions differs.
  @Test(arguments: [MapForm.adamNorms, .adamCosines], [Instance.single64, .single32])
  func sumsOfAMap(_ form: MapForm, _ instance: Instance) throws {
    var numbers = TestNumbers(43)
    for columns in [3, 1000] {
      let strides = (0..<form.operandCount).flatMap { $0 < form.tensorCount ? [columns, 1] : [0, 0] }
      let inputs = (0..<form.operandCount).map { k in
        BenchInput.shared(numbers.uniform(k < form.tensorCount ? 4 * columns : 1, 0.2...1))
      }
      let (plain, fused) = Self.benches(form, head: [4, 2, 4, columns] + strides)
      let outputs = [Int](repeating: 4, count: form.resultCount)
      let expected = try plain.run("map_sums", instance, inputs, outputs: outputs)
      let sums = try fused.run("map_sums", instance, inputs, outputs: outputs)
      for (own, plain) in zip(sums.outputs, expected.outputs) {
        expectClose(own[0], plain[0], instance.isDouble ? 1e-14 : 1e-6, "\(form)")
      }
    }
  }
}

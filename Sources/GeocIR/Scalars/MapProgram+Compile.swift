import GeocKernelABI

extension MapProgram {
  /// The program that computes `expressions`, one output each.
  ///
  /// Common subexpressions are computed once, small whole powers become products, and with `contracting` a product
  /// that is only used by one sum is fused with it. When more than `registerGoal` registers would be needed, inputs
  /// and constants are loaded again at each use instead of being kept.
  package static func compile(
    _ expressions: [ScalarExpression], contracting: Bool = true, registerGoal: Int = 16
  ) -> MapProgram {
    var graph = ValueGraph()
    let roots = expressions.map { graph.number($0) }
    if contracting { graph.contract(roots: roots) }
    return graph.program(roots: roots, registerGoal: registerGoal)
  }

  /// The program of the numbers `roots` of a row program's steps, where those in `loads` are inputs with the given
  /// numbers. Inner products, scalar inputs and what is computed from vectors must be among them.
  package static func compile(
    _ steps: [RowProgram.Step], loads: [Int: Int], roots: [Int], registerGoal: Int = 16
  ) -> MapProgram {
    var graph = ValueGraph()
    let numbers = graph.number(steps, loads: loads, roots: roots)
    let values = roots.compactMap { numbers[$0] }
    graph.contract(roots: values)
    return graph.program(roots: values, registerGoal: registerGoal)
  }

  /// Wraps what the scheduler made, which is well formed by construction.
  fileprivate init(
    scheduled instructions: [Instruction], registerCount: Int, outputs: [Int], constants: [Double]
  ) {
    self.instructions = instructions
    self.registerCount = registerCount
    self.outputs = outputs
    self.constants = constants
    inputCount = instructions.lazy.filter { $0.opcode == .load }.map { $0.a + 1 }.max() ?? 0
  }
}

/// Expressions with equal subexpressions merged: operands come before the values that use them.
private struct ValueGraph {
  struct Value: Hashable {
    var opcode: MapOpcode
    /// Operand values; for a leaf the input number or the index in the constants.
    var operands: [Int]

    var isLeaf: Bool { opcode == .load || opcode == .constant }
    /// The operands that are values.
    var sources: [Int] { isLeaf ? [] : operands }
  }

  private var values: [Value] = []
  private var numbers: [Value: Int] = [:]
  private var constants: [Double] = []
  private var constantNumbers: [UInt64: Int] = [:]

  private mutating func number(_ opcode: MapOpcode, _ operands: [Int]) -> Int {
    let isCommutative = opcode == .add || opcode == .multiply
    let value = Value(opcode: opcode, operands: isCommutative ? operands.sorted() : operands)
    if let known = numbers[value] { return known }
    values.append(value)
    numbers[value] = values.count - 1
    return values.count - 1
  }

  private mutating func number(constant: Double) -> Int {
    let index = constantNumbers[constant.bitPattern] ?? constants.count
    if index == constants.count {
      constants.append(constant)
      constantNumbers[constant.bitPattern] = index
    }
    return number(.constant, [index])
  }

  mutating func number(_ expression: ScalarExpression) -> Int {
    switch expression {
    case .input(let i): return number(.load, [i])
    case .constant(let value): return number(constant: value)
    case .unary(let f, let a): return number(f.opcode, [number(a)])
    case .binary(.pow, let a, .constant(let exponent)) where Swift.abs(exponent) <= 8 && exponent == exponent.rounded():
      return number(power: number(a), exponent: Int(exponent))
    case .binary(let f, let a, let b): return number(f.opcode, [number(a), number(b)])
    case .select(let c, let a, let b): return number(.select, [number(c), number(a), number(b)])
    }
  }

  /// The values of the steps of a row program that the roots need.
  mutating func number(_ steps: [RowProgram.Step], loads: [Int: Int], roots: [Int]) -> [Int: Int] {
    var needed = Set(roots)
    for k in steps.indices.reversed() where needed.contains(k) && loads[k] == nil {
      needed.formUnion(steps[k].operands)
    }
    var result: [Int: Int] = [:]
    for k in steps.indices where needed.contains(k) {
      if let input = loads[k] {
        result[k] = number(.load, [input])
        continue
      }
      switch steps[k] {
      case .dot, .scalar, .vector: break
      case .constant(let x): result[k] = number(constant: x)
      case .unary(let f, let a): if let a = result[a] { result[k] = number(f.opcode, [a]) }
      case .binary(let f, let a, let b):
        if let a = result[a], let b = result[b] { result[k] = number(f.opcode, [a, b]) }
      case .select(let c, let a, let b):
        if let c = result[c], let a = result[a], let b = result[b] { result[k] = number(.select, [c, a, b]) }
      }
    }
    return result
  }

  private mutating func number(power base: Int, exponent: Int) -> Int {
    if exponent == 0 { return number(constant: 1) }
    var result: Int?
    var square = base
    var rest = Swift.abs(exponent)
    while rest > 0 {
      if rest & 1 == 1 { result = result.map { number(.multiply, [$0, square]) } ?? square }
      rest >>= 1
      if rest > 0 { square = number(.multiply, [square, square]) }
    }
    let product = result ?? base
    return exponent < 0 ? number(.reciprocal, [product]) : product
  }

  /// Fuses each product that has one use, in a sum or difference, with that use.
  mutating func contract(roots: [Int]) {
    var uses = [Int](repeating: 0, count: values.count)
    for value in values { for source in value.sources { uses[source] += 1 } }
    for root in roots { uses[root] += 1 }
    func isFusible(_ index: Int) -> Bool { values[index].opcode == .multiply && uses[index] == 1 }
    for index in values.indices where values[index].opcode == .add || values[index].opcode == .subtract {
      let (a, b) = (values[index].operands[0], values[index].operands[1])
      let isSum = values[index].opcode == .add
      if isFusible(a) {
        values[index] = Value(
          opcode: isSum ? .multiplyAdd : .multiplySubtract, operands: values[a].operands + [b])
      } else if isFusible(b) {
        values[index] = Value(
          opcode: isSum ? .multiplyAdd : .negateMultiplyAdd, operands: values[b].operands + [a])
      }
    }
  }

  /// The program of the roots; leaves are loaded again at each use where that brings it nearer to the goal.
  func program(roots: [Int], registerGoal: Int) -> MapProgram {
    let kept = schedule(roots: roots, reloadingLeaves: false)
    guard kept.registerCount > registerGoal else { return kept }
    let reloaded = schedule(roots: roots, reloadingLeaves: true)
    return reloaded.registerCount < kept.registerCount ? reloaded : kept
  }

  /// Orders the values that the roots need (the operand that needs most registers first, leaves just before their
  /// use), then gives out registers by last use.
  func schedule(roots: [Int], reloadingLeaves: Bool) -> MapProgram {
    var need = [Int](repeating: 1, count: values.count)
    for index in values.indices {
      let needs = values[index].sources.map { need[$0] }.sorted(by: >)
      need[index] = needs.enumerated().map { $0.element + $0.offset }.max() ?? 1
    }
    var order: [(value: Value, sources: [Int])] = []
    var place = [Int?](repeating: nil, count: values.count)
    func emit(_ index: Int) -> Int {
      let value = values[index]
      if let known = place[index], !(reloadingLeaves && value.isLeaf) { return known }
      var emitted: [Int: Int] = [:]
      for operand in Set(value.sources).sorted(by: { (need[$1], $0) < (need[$0], $1) }) {
        emitted[operand] = emit(operand)
      }
      order.append((value, value.sources.compactMap { emitted[$0] }))
      place[index] = order.count - 1
      return order.count - 1
    }
    var results: [Int: Int] = [:]
    for root in Set(roots).sorted(by: { (need[$1], $0) < (need[$0], $1) }) { results[root] = emit(root) }

    var lastUse = [Int](repeating: 0, count: order.count)
    for (time, item) in order.enumerated() { for source in item.sources { lastUse[source] = time } }
    for result in results.values { lastUse[result] = .max }
    var register = [Int](repeating: 0, count: order.count)
    var isFree: [Bool] = []
    var instructions: [MapProgram.Instruction] = []
    for (time, item) in order.enumerated() {
      for source in item.sources where lastUse[source] == time { isFree[register[source]] = true }
      let free = isFree.firstIndex(of: true) ?? isFree.count
      if free == isFree.count { isFree.append(false) }
      isFree[free] = false
      register[time] = free
      let operands = item.value.isLeaf ? item.value.operands : item.sources.map { register[$0] }
      instructions.append(
        MapProgram.Instruction(
          item.value.opcode, free, operands[0], operands.count > 1 ? operands[1] : 0,
          operands.count > 2 ? operands[2] : 0))
    }
    return MapProgram(
      scheduled: instructions, registerCount: isFree.count,
      outputs: roots.compactMap { results[$0] }.map { register[$0] }, constants: constants)
  }
}

import GeocKernelABI
import Synchronization

extension MapForm {
  /// Inputs of a pattern from here on stand for constants.
  private static let firstConstant = 100

  /// The results as expressions: inputs below 100 are the operands, those from 100 on the constants.
  package var formulas: [ScalarExpression] {
    func x(_ k: Int) -> ScalarExpression { .input(k) }
    func c(_ k: Int) -> ScalarExpression { .input(Self.firstConstant + k) }
    func f(_ k: Int) -> ScalarExpression { x(tensorCount + k) }
    let (m, g, w) = (x(0), x(1), x(tensorCount - 1))
    let buffer = f(0) * m + g
    let first = c(0) * m + c(1) * g
    let second = c(2) * x(2) + c(3) * (g * g)
    let direction = first / (.unary(.sqrt, second) * f(0) + c(4))
    return switch self {
    case .adam: [first, second, w - f(1) * direction]
    case .decayedAdam: [first, second, w * f(2) - f(1) * direction]
    case .projectedAdam: [first, second, w * f(2) - f(1) * (direction * f(3) - f(4) * w)]
    case .adamDirection: [first, second, direction * f(1)]
    case .adamNorms: [w * w, w * (direction * f(1))]
    case .adamCosines: [w * w, w * (direction * f(1)), g * g, g * w]
    case .momentum: [buffer, w - f(1) * buffer]
    }
  }

  /// The results for given operands and constants.
  func values(_ operands: [Double], constants: [Double]) -> [Double] {
    let padding = [Double](repeating: .nan, count: Self.firstConstant - operands.count)
    return formulas.map { $0.evaluate(operands + padding + constants) }
  }

  /// The form of `expressions`, what its operands are, and its constants; nil where no form has them.
  package static func match(
    _ expressions: [ScalarExpression]
  ) -> (form: MapForm, operands: [ScalarExpression], constants: [Double])? {
    for form in largestFirst where form.resultCount == expressions.count {
      var found = [Binding()]
      for (pattern, expression) in zip(form.formulas, expressions) {
        found = found.flatMap { $0.extended(pattern, expression) }
        if found.isEmpty { break }
      }
      guard let first = found.first else { continue }
      return (
        form, (0..<form.operandCount).compactMap { first.operands[$0] },
        (0..<form.constantCount).compactMap { first.constants[$0] }
      )
    }
    return nil
  }

  /// In the order of trial: a weight that is decayed is an operand of a smaller form too.
  private static let largestFirst = allCases.sorted { $0.operandCount > $1.operandCount }

  /// What the inputs of a pattern stand for.
  private struct Binding {
    var operands: [Int: ScalarExpression] = [:]
    var constants: [Int: Double] = [:]

    /// All ways to read `expression` as `pattern`: sums and products have two.
    func extended(_ pattern: ScalarExpression, _ expression: ScalarExpression) -> [Binding] {
      switch (pattern, expression) {
      case (.input(let k), _) where k < firstConstant:
        if let known = operands[k] { return known == expression ? [self] : [] }
        var copy = self
        copy.operands[k] = expression
        return [copy]
      case (.input(let k), .constant(let x)):
        if let known = constants[k - firstConstant] { return known == x ? [self] : [] }
        var copy = self
        copy.constants[k - firstConstant] = x
        return [copy]
      case (.unary(let f, let a), .unary(let g, let x)) where f == g: return extended(a, x)
      case (.binary(let f, let a, let b), .binary(let g, let x, let y)) where f == g:
        let straight = extended(a, x).flatMap { $0.extended(b, y) }
        guard f == .add || f == .multiply else { return straight }
        return straight + extended(a, y).flatMap { $0.extended(b, x) }
      default: return []
      }
    }
  }
}

extension MapProgram {
  /// The program that computes `expressions`, one output each: by a form where they are one, and its operands before.
  ///
  /// Kept, as that of a single expression.
  package static func compile(fusing expressions: [ScalarExpression]) -> MapProgram {
    if let known = fused.withLock({ $0[expressions] }) { return known }
    let program = compiled(fusing: expressions)
    fused.withLock { $0[expressions] = program }
    return program
  }

  private static let fused = Mutex<[[ScalarExpression]: MapProgram]>([:])

  private static func compiled(fusing expressions: [ScalarExpression]) -> MapProgram {
    guard let (form, operands, constants) = MapForm.match(expressions),
      let program = compile(operands).applying(form, constants)
    else { return compile(expressions) }
    return program
  }

  /// The registers that instructions before number `index` name as operands of a form.
  func operands(of form: MapForm, at index: Int) -> [Int] {
    let arguments = instructions[(index - form.argumentCount)..<index]
    return Array(arguments.flatMap { [$0.a, $0.b, $0.c] }.prefix(form.operandCount))
  }

  /// This program with a form of its outputs at the end, in their place. Nil where it has not as many.
  private func applying(_ form: MapForm, _ numbers: [Double]) -> MapProgram? {
    guard outputs.count == form.operandCount, numbers.count == form.constantCount else { return nil }
    var whole = instructions
    for start in stride(from: 0, to: outputs.count, by: 3) {
      let own = (start..<(start + 3)).map { outputs[Swift.min($0, outputs.count - 1)] }
      whole.append(Instruction(.argument, own[0], own[0], own[1], own[2]))
    }
    whole.append(Instruction(.apply, registerCount, form.rawValue, constants.count))
    return MapProgram(
      instructions: whole, registerCount: registerCount + form.resultCount,
      outputs: Array(registerCount..<(registerCount + form.resultCount)), constants: constants + numbers)
  }
}

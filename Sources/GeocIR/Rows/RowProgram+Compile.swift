/// A row program as the kernel `row` runs it: phases of inner products, scalar instructions and vectors.
///
/// Numbers that cross a phase or scale a vector live in slots; the scalar inputs are the first of them.
package struct RowCode: Sendable {
  /// `[slots, computed vectors, registers, sums, words of all phases, phases…, vector results…, scalar results…]`; a
  /// phase is `[dots, (vector, vector, slot)…, instructions, (opcode, destination, a, b, c)…, exports, (register,
  /// slot)…, vectors, (terms, (slot, vector)…)…]`, a vector result `[is a sum, terms, (slot, vector)…]`, a scalar result
  /// `[is a sum, slot]`.
  package let sizes: [Int]
  /// Constants of the instructions.
  package let reals: [Double]
  /// Number of phases.
  package let phases: Int
  /// Number of vector results; the others are scalars.
  package let vectorResults: Int

  /// Compiles a program, of which the results `summed` (by position) are added up over the rows.
  package init(_ program: RowProgram, summed: Set<Int> = []) {
    let steps = program.steps
    // When each number and each vector is there.
    var phase = [Int](repeating: 0, count: steps.count)
    var available = [Int](repeating: 0, count: program.vectors)
    for (k, step) in steps.enumerated() {
      switch step {
      case .dot(let i, let j): phase[k] = max(available[i], available[j])
      case .vector(let terms):
        phase[k] = terms.map { max(phase[$0.coefficient], available[$0.vector]) }.max() ?? 0
        available.append(phase[k] + 1)
      default: phase[k] = step.operands.map { phase[$0] }.max() ?? 0
      }
    }
    let count = (phase.max() ?? 0) + 1
    // Numbers that need a slot: inputs, and what leaves its phase.
    var slot: [Int: Int] = [:]
    var slots = program.scalars
    func keep(_ k: Int) {
      if slot[k] == nil {
        slot[k] = slots
        slots += 1
      }
    }
    for (k, step) in steps.enumerated() {
      switch step {
      case .scalar(let s): slot[k] = s
      case .dot: keep(k)
      case .vector(let terms): for term in terms { keep(term.coefficient) }
      default: break
      }
    }
    for result in program.results {
      switch result {
      case .vector(let terms): for term in terms { keep(term.coefficient) }
      case .scalar(let s): keep(s)
      }
    }
    for (k, step) in steps.enumerated() {
      for operand in step.operands where phase[operand] < phase[k] {
        if case .constant = steps[operand] { continue }
        keep(operand)
      }
    }
    func terms(_ list: [RowProgram.Term]) -> [Int] {
      [list.count] + list.flatMap { [slot[$0.coefficient] ?? 0, $0.vector] }
    }
    var body: [Int] = []
    var constants: [Double] = []
    var registers = 0
    for p in 0..<count {
      var dots: [Int] = []
      var loads: [Int: Int] = [:]
      var roots: [Int] = []
      for (k, step) in steps.enumerated() where phase[k] <= p {
        guard let own = slot[k] else { continue }
        switch step {
        case .dot(let i, let j):
          if phase[k] == p { dots += [i, j, own] }
          loads[k] = own
        case .scalar: loads[k] = own
        case .vector: break
        default: if phase[k] == p { roots.append(k) } else { loads[k] = own }
        }
      }
      let code = MapProgram.compile(steps, loads: loads, roots: roots)
      registers = max(registers, code.registerCount)
      body += [dots.count / 3] + dots + [code.instructions.count]
      for i in code.instructions {
        body += [i.opcode.rawValue, i.destination, i.opcode == .constant ? i.a + constants.count : i.a, i.b, i.c]
      }
      constants += code.constants
      body += [roots.count] + zip(code.outputs, roots).flatMap { [$0, slot[$1] ?? 0] }
      let made = steps.indices.filter { k in if case .vector = steps[k] { phase[k] == p } else { false } }
      body.append(made.count)
      for k in made { if case .vector(let list) = steps[k] { body += terms(list) } }
    }
    let phaseWords = body.count
    var scalarResults: [Int] = []
    var vectorResults = 0
    for (k, result) in program.results.enumerated() {
      let isSum = summed.contains(k) ? 1 : 0
      switch result {
      case .vector(let list):
        body += [isSum] + terms(list)
        vectorResults += 1
      case .scalar(let s): scalarResults += [isSum, slot[s] ?? 0]
      }
    }
    sizes = [slots, available.count - program.vectors, registers, summed.count, phaseWords] + body + scalarResults
    reals = constants
    phases = count
    self.vectorResults = vectorResults
  }
}

/// A row program as the kernel `row` runs it: phases of inner products, scalar instructions and vectors.
///
/// Numbers that cross a phase or scale a vector live in slots; the scalar inputs are the first of them. Instructions name
/// the places of numbers: the slots, then the registers of a phase, then the constants.
package struct RowCode: Sendable {
  /// `[slots, computed vectors, registers, constants, sums, words of all phases, phases…, vector results…, scalar
  /// results…]`; a phase is `[dots, (vector, vector, slot)…, instructions, (opcode, destination, a, b, c)…, copies, (place,
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
    var parts: [Phase] = []
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
      var vectors: [[Int]] = []
      for (k, step) in steps.enumerated() where phase[k] == p {
        if case .vector(let list) = step { vectors.append(terms(list)) }
      }
      parts.append(
        Phase(
          dots: dots, numbers: MapProgram.compile(steps, loads: loads, roots: roots),
          slots: roots.map { slot[$0] ?? 0 },
          vectors: vectors))
    }
    let registers = parts.map(\.numbers.registerCount).max() ?? 0
    var places = Places(slots: slots, registers: registers)
    var body = parts.flatMap { $0.words(&places) }
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
    reals = places.constants
    sizes =
      [slots, available.count - program.vectors, registers, reals.count, summed.count, phaseWords] + body
      + scalarResults
    phases = count
    self.vectorResults = vectorResults
  }

  /// Where numbers are: slots, registers, constants.
  private struct Places {
    let slots: Int
    let registers: Int
    var constants: [Double] = []

    init(slots: Int, registers: Int) { (self.slots, self.registers) = (slots, registers) }

    mutating func constant(_ value: Double) -> Int {
      let known = constants.firstIndex { $0.bitPattern == value.bitPattern }
      if known == nil { constants.append(value) }
      return slots + registers + (known ?? constants.count - 1)
    }
  }

  /// A phase before its numbers have places.
  private struct Phase {
    let dots: [Int]
    let numbers: MapProgram
    /// Slot of each output of `numbers`.
    let slots: [Int]
    let vectors: [[Int]]

    /// The words of the phase. What is loaded and what is constant is read where it is, and what a slot is to keep is
    /// written there by the last instruction that makes it.
    func words(_ places: inout Places) -> [Int] {
      var last: [Int: Int] = [:]
      for (k, i) in numbers.instructions.enumerated() { last[i.destination] = k }
      var target: [Int: Int] = [:]
      for (register, slot) in zip(numbers.outputs, slots) where target[register] == nil { target[register] = slot }
      var place = (0..<numbers.registerCount).map { places.slots + $0 }
      var arithmetic: [Int] = []
      for (k, i) in numbers.instructions.enumerated() {
        switch i.opcode {
        case .load: place[i.destination] = i.a
        case .constant: place[i.destination] = places.constant(numbers.constants[i.a])
        default:
          let operands = [i.a, i.b, i.c].prefix(i.opcode.operandCount).map { place[$0] }
          let own = places.slots + i.destination
          place[i.destination] = last[i.destination] == k ? target[i.destination] ?? own : own
          arithmetic +=
            [i.opcode.rawValue, place[i.destination]] + operands
            + [Int](repeating: 0, count: 3 - operands.count)
        }
      }
      let copies = zip(numbers.outputs, slots).filter { place[$0] != $1 }.flatMap { [place[$0], $1] }
      return [dots.count / 3] + dots + [arithmetic.count / 5] + arithmetic + [copies.count / 2] + copies
        + [vectors.count] + vectors.flatMap { $0 }
    }
  }
}

import GeocKernelABI

/// A row program as the kernel `row` runs it: phases of inner products, scalar instructions and vectors.
///
/// Numbers that cross a phase or scale a vector live in slots; the scalar inputs are the first of them. Instructions name
/// the places of numbers: the slots, then the registers of a phase, then the constants.
package struct RowCode: Sendable {
  /// `[slots, computed vectors, registers, constants, sums, words of all phases, phases…, vector results…, scalar
  /// results…]`; a phase is `[dots, (vector, vector, slot)…, instructions, (opcode, destination, a, b, c)…, copies, (place,
  /// slot)…, vectors, combinations…]`, a combination `[gate, terms, (slot, vector)…]` with a gate as in `RowGate`, a vector
  /// result `[is a sum, combination]`, a scalar result `[is a sum, slot]`.
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
      case .vector(let terms, let gate):
        phase[k] = terms.map { max(phase[$0.coefficient], available[$0.vector]) }.max() ?? 0
        if case .vector(let v) = gate { phase[k] = max(phase[k], available[v]) }
        available.append(phase[k] + 1)
      default: phase[k] = step.operands.map { phase[$0] }.max() ?? 0
      }
    }
    let vectors = Vectors(program, phase, summed: summed)
    let count = (steps.indices.filter { !vectors.leaving.contains($0) }.map { phase[$0] }.max() ?? 0) + 1
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
      case .vector(let terms, _): for term in terms { keep(term.coefficient) }
      default: break
      }
    }
    for (k, result) in program.results.enumerated() {
      switch result {
      case .vector(let terms): if vectors.results[k] == nil { for term in terms { keep(term.coefficient) } }
      case .scalar(let s): keep(s)
      }
    }
    for (k, step) in steps.enumerated() {
      for operand in step.operands where phase[operand] < phase[k] {
        if case .constant = steps[operand] { continue }
        keep(operand)
      }
    }
    func combination(_ list: [RowProgram.Term], _ gate: RowProgram.Gate) -> [Int] {
      let code =
        switch gate {
        case .open: RowGate.open
        case .positive: RowGate.positive
        case .vector(let v): vectors.numbers[v]
        }
      return [code, list.count] + list.flatMap { [slot[$0.coefficient] ?? 0, vectors.numbers[$0.vector]] }
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
          if phase[k] == p { dots += [vectors.numbers[i], vectors.numbers[j], own] }
          loads[k] = own
        case .scalar: loads[k] = own
        case .vector: break
        default: if phase[k] == p { roots.append(k) } else { loads[k] = own }
        }
      }
      var made: [[Int]] = []
      for (k, step) in steps.enumerated() where phase[k] == p && !vectors.leaving.contains(k) {
        if case .vector(let list, let gate) = step { made.append(combination(list, gate)) }
      }
      parts.append(
        Phase(
          dots: dots, numbers: MapProgram.compile(steps, loads: loads, roots: roots),
          slots: roots.map { slot[$0] ?? 0 },
          vectors: made))
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
        if let step = vectors.results[k], case .vector(let list, let gate) = steps[step] {
          body += [isSum] + combination(list, gate)
        } else {
          body += [isSum] + combination(list, .open)
        }
        vectorResults += 1
      case .scalar(let s): scalarResults += [isSum, slot[s] ?? 0]
      }
    }
    reals = places.constants
    sizes =
      [slots, vectors.count - program.vectors, registers, reals.count, summed.count, phaseWords] + body
      + scalarResults
    phases = count
    self.vectorResults = vectorResults
  }

  /// The numbers of vectors as the kernel counts them: inputs, then those that are made, phase by phase. What only leaves
  /// the program is made in its place and has none.
  private struct Vectors {
    /// By the number in the program.
    private(set) var numbers: [Int]
    /// The steps whose vector only leaves the program.
    private(set) var leaving: Set<Int> = []
    /// The step that makes a result in its place, by result.
    private(set) var results: [Int: Int] = [:]
    private(set) var count: Int

    init(_ program: RowProgram, _ phase: [Int], summed: Set<Int>) {
      let made = program.steps.indices.filter { if case .vector = program.steps[$0] { true } else { false } }
      var uses = [Int](repeating: 0, count: program.vectors + made.count)
      for step in program.steps {
        switch step {
        case .dot(let i, let j):
          uses[i] += 1
          uses[j] += 1
        case .vector(let terms, let gate):
          for term in terms { uses[term.vector] += 1 }
          if case .vector(let v) = gate { uses[v] += 1 }
        default: break
        }
      }
      for case .vector(let terms) in program.results { for term in terms { uses[term.vector] += 1 } }
      for (k, result) in program.results.enumerated() where !summed.contains(k) {
        guard case .vector(let terms) = result, terms.count == 1, let term = terms.first,
          term.vector >= program.vectors,
          uses[term.vector] == 1, program.steps[term.coefficient] == .constant(1)
        else { continue }
        let step = made[term.vector - program.vectors]
        leaving.insert(step)
        results[k] = step
      }
      numbers = Array(0..<program.vectors) + made.map { _ in 0 }
      count = program.vectors
      for v in made.indices.sorted(by: { (phase[made[$0]], $0) < (phase[made[$1]], $1) }) {
        if leaving.contains(made[v]) { continue }
        numbers[program.vectors + v] = count
        count += 1
      }
    }
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

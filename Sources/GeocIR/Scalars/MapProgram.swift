import GeocKernelABI

/// A flat register program for elementwise functions: what a lane virtual machine runs.
///
/// # Encoding
/// A program travels in a plan as one segment of integers (`encodedSizes`) and one of reals (`constants`).
/// ```
/// sizes = [ I,                  instruction count
///           R,                  register count
///           O,                  output count
///           r_0 … r_{O-1},      register that holds output o when the program ends
///           I × (opcode, dst, a, b, c) ]
/// ```
/// so the segment is `3 + O + 5·I` integers long and instruction `i` starts at `3 + O + 5·i`.
///
/// - `opcode` is a `MapOpcode` raw value; its documentation gives the exact meaning of `a`, `b`, `c`.
/// - `dst` is a register, `0 ≤ dst < R`. It may be equal to an operand of the same instruction.
/// - `a`, `b`, `c` are registers, except for `load` (`a` is an input number) and `constant` (`a` is an index in the
///   reals). Operands that an opcode does not use are 0.
/// - Every register is written before it is read. Instructions run in order, there are no jumps.
/// - Two outputs may name the same register. Outputs are read after the last instruction.
/// - A register may be written many times, and an input or constant may be loaded more than once.
/// - A program may end in a form (`MapForm`): `argument` instructions name its operands, `apply` runs it.
/// - `R ≤ 16` where the expressions allow it; a machine must allocate `R` registers, whatever `R` is.
///
/// In f32 the constants are rounded to f32 first, and every instruction rounds to f32.
package struct MapProgram: Hashable, Sendable {
  /// One operation on registers.
  package struct Instruction: Hashable, Sendable {
    /// What to compute.
    package var opcode: MapOpcode
    /// The register that gets the result.
    package var destination: Int
    /// First operand: a register, an input number (`load`) or an index in the constants (`constant`).
    package var a: Int
    /// Second operand, 0 when unused.
    package var b: Int
    /// Third operand, 0 when unused.
    package var c: Int

    /// All fields, in order.
    package init(_ opcode: MapOpcode, _ destination: Int, _ a: Int = 0, _ b: Int = 0, _ c: Int = 0) {
      self.opcode = opcode
      self.destination = destination
      self.a = a
      self.b = b
      self.c = c
    }
  }

  /// The operations, in order.
  package let instructions: [Instruction]
  /// How many registers the program needs.
  package let registerCount: Int
  /// The register of each output.
  package let outputs: [Int]
  /// The constants table.
  package let constants: [Double]
  /// One more than the largest input number that is loaded.
  package let inputCount: Int

  /// Checks and wraps a program; nil when a register, input or constant is out of range, or a register is read before
  /// it is written.
  package init?(instructions: [Instruction], registerCount: Int, outputs: [Int], constants: [Double]) {
    let made = instructions.reduce(0) { $0 + ($1.opcode == .apply ? MapForm(rawValue: $1.a)?.resultCount ?? 0 : 1) }
    guard registerCount >= 0, registerCount <= made else { return nil }
    var written = [Bool](repeating: false, count: registerCount)
    var inputCount = 0
    for (index, instruction) in instructions.enumerated() {
      let operands = [instruction.a, instruction.b, instruction.c]
      switch instruction.opcode {
      case .load:
        guard (0..<(1 << 20)).contains(instruction.a) else { return nil }
        inputCount = max(inputCount, instruction.a + 1)
      case .constant:
        guard constants.indices.contains(instruction.a) else { return nil }
      case .apply:
        guard let form = MapForm(rawValue: instruction.a), index == instructions.count - 1, instruction.b >= 0,
          instruction.b + form.constantCount <= constants.count,
          instructions.prefix(index).suffix(form.argumentCount).count(where: { $0.opcode == .argument })
            == form.argumentCount,
          instruction.destination >= 0, instruction.destination + form.resultCount <= registerCount
        else { return nil }
        for k in 0..<form.resultCount { written[instruction.destination + k] = true }
      default:
        for register in operands.prefix(instruction.opcode.operandCount) {
          guard written.indices.contains(register), written[register] else { return nil }
        }
      }
      guard written.indices.contains(instruction.destination) else { return nil }
      written[instruction.destination] = true
    }
    guard outputs.allSatisfy({ written.indices.contains($0) && written[$0] }) else { return nil }
    self.instructions = instructions
    self.registerCount = registerCount
    self.outputs = outputs
    self.constants = constants
    self.inputCount = inputCount
  }

  /// The integers of the encoding; the reals are `constants`.
  package var encodedSizes: [Int] {
    [instructions.count, registerCount, outputs.count] + outputs
      + instructions.flatMap { [$0.opcode.rawValue, $0.destination, $0.a, $0.b, $0.c] }
  }

  /// Reads the encoding back; nil when it is malformed.
  package init?(encodedSizes sizes: [Int], constants: [Double]) {
    guard sizes.count >= 3, (0...sizes.count).contains(sizes[0]), (0...sizes.count).contains(sizes[2]) else {
      return nil
    }
    let start = 3 + sizes[2]
    guard sizes.count == start + 5 * sizes[0] else { return nil }
    var instructions: [Instruction] = []
    for i in stride(from: start, to: sizes.count, by: 5) {
      guard let opcode = MapOpcode(rawValue: sizes[i]) else { return nil }
      instructions.append(Instruction(opcode, sizes[i + 1], sizes[i + 2], sizes[i + 3], sizes[i + 4]))
    }
    self.init(
      instructions: instructions, registerCount: sizes[1], outputs: Array(sizes[3..<start]), constants: constants)
  }
}

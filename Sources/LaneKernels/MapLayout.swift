import GeocKernelABI

/// Where the parts of the sizes of `map` start.
struct MapLayout {
  let rank: Int
  let dims: UnsafePointer<Int>
  let strides: UnsafePointer<Int>
  let instructionCount: Int
  let registerCount: Int
  let outputCount: Int
  let outputs: UnsafePointer<Int>
  let instructions: UnsafePointer<Int>
  /// Elements of each output.
  let elements: Int

  /// The sizes of a call, behind `skipped` others.
  init(_ call: KernelCall, skipping skipped: Int = 0) {
    let sizes = call.sizes + skipped
    rank = sizes[0]
    dims = sizes + 1
    strides = dims + rank
    let program = strides + rank * call.inputCount
    instructionCount = program[0]
    registerCount = program[1]
    outputCount = program[2]
    outputs = program + 3
    instructions = outputs + outputCount
    var product = 1
    for d in 0..<rank { product *= dims[d] }
    elements = product
  }

  /// How many tiles a form at the end handles as one, 1 where there is none. Few where an input repeats along an axis, so
  /// that a tile holds one of its numbers more often, and where operands wait in memory; a result of at most `short`
  /// elements is not worth the search for them.
  func formTiles(_ call: KernelCall, short: Int) -> Int {
    guard hasForm else { return 1 }
    for input in 0..<call.inputCount where pattern(input) == .strided { return 2 }
    return elements <= short || hasIntermediates ? 4 : MapKernel.formTiles
  }

  /// Whether an instruction computes a number for every element.
  private var hasIntermediates: Bool {
    withUnsafeTemporaryAllocation(of: Bool.self, capacity: registerCount) { isRepeated in
      isRepeated.initialize(repeating: false)
      for i in 0..<instructionCount {
        guard let step = MapStep(self, i) else { return true }
        switch step.opcode {
        case .load: isRepeated[step.destination] = step.pattern == .constant
        case .constant: isRepeated[step.destination] = true
        case .argument, .apply: break
        default:
          if !isRepeated[step.a] || !isRepeated[step.b] || !isRepeated[step.c] { return true }
          isRepeated[step.destination] = true
        }
      }
      return false
    }
  }

  /// Whether the program ends in a form.
  var hasForm: Bool {
    instructionCount > 0 && instructions[5 * (instructionCount - 1)] == MapOpcode.apply.rawValue
  }

  /// The most registers, and the most instructions, of any way to read the sizes, whose number of inputs is not written
  /// down.
  static func bounds(_ sizes: [Int]) -> (registers: Int, instructions: Int) {
    guard let rank = sizes.first else { return (0, 0) }
    var bound = (registers: 0, instructions: 0)
    var start = 1 + rank
    while start + 3 <= sizes.count {
      if sizes[start] >= 0 && sizes[start + 2] >= 0 && start + 3 + sizes[start + 2] + 5 * sizes[start] == sizes.count {
        bound.registers = Swift.max(bound.registers, sizes[start + 1])
        bound.instructions = Swift.max(bound.instructions, sizes[start])
      }
      if rank == 0 { break }
      start += rank
    }
    return bound
  }

  /// How an input lies in memory compared with the result.
  enum Pattern { case contiguous, constant, strided }

  /// The pattern of an input's strides.
  func pattern(_ input: Int) -> Pattern {
    let own = strides + input * rank
    var isConstant = true
    var isContiguous = true
    var natural = 1
    var d = rank - 1
    while d >= 0 {
      if dims[d] != 1 {
        if own[d] != 0 { isConstant = false }
        if own[d] != natural { isContiguous = false }
        natural *= dims[d]
      }
      d -= 1
    }
    return isConstant ? .constant : isContiguous ? .contiguous : .strided
  }
}

/// An instruction of a map, taken apart once for all tiles.
struct MapStep {
  let opcode: MapOpcode
  let destination: Int
  let a: Int
  /// Operands that the instruction does not have repeat the first, so that they can be read like it.
  let b: Int
  let c: Int
  /// How the input of a load lies in memory.
  let pattern: MapLayout.Pattern
  /// The output that the instruction may write to its place, -1 for none.
  var target = -1

  /// Instruction `index` of a map; nil where there is none of its number.
  init?(_ layout: MapLayout, _ index: Int) {
    let words = layout.instructions + 5 * index
    guard let opcode = MapOpcode(rawValue: words[0]) else { return nil }
    self.opcode = opcode
    destination = words[1]
    a = words[2]
    let count = opcode.operandCount
    if case .apply = opcode { b = words[3] } else { b = count > 1 ? words[3] : words[2] }
    c = count > 2 ? words[4] : words[2]
    if case .load = opcode { pattern = layout.pattern(words[2]) } else { pattern = .contiguous }
  }
}

/// Offsets of consecutive elements in a strided input.
struct MapWalk {
  private let layout: MapLayout
  private let strides: UnsafePointer<Int>
  private var element: Int
  private var column = 0
  private(set) var offset = 0

  init(_ layout: MapLayout, input: Int, element: Int) {
    self.layout = layout
    strides = layout.strides + input * layout.rank
    self.element = element
    locate()
  }

  private mutating func locate() {
    var rest = element
    offset = 0
    for d in stride(from: layout.rank - 1, through: 0, by: -1) {
      let index = rest % layout.dims[d]
      rest /= layout.dims[d]
      offset += index * strides[d]
      if d == layout.rank - 1 { column = index }
    }
  }

  /// Elements from here to the end of the innermost axis.
  var left: Int { layout.dims[layout.rank - 1] - column }

  /// From one element of the innermost axis to the next.
  var innerStride: Int { strides[layout.rank - 1] }

  /// Moves on by `count` elements.
  mutating func skip(_ count: Int) {
    element += count
    locate()
  }

  /// Moves on to the next element.
  @inline(always) mutating func advance() {
    element += 1
    column += 1
    if column == layout.dims[layout.rank - 1] {
      locate()
    } else {
      offset += strides[layout.rank - 1]
    }
  }
}

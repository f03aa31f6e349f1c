import GeocKernelABI

/// `map`, sizes [rank, dims…, strides of input 0…, strides of input 1…, …, program…], reals: the program's constants.
///
/// The result has shape `dims`; stride 0 repeats an input along an axis. The program is an encoded `MapProgram`; there
/// is one output operand per program output, each contiguous and of full shape. An output may occupy the memory of an
/// input of the same size.
enum MapKernel: LaneKernel {
  static var name: String { "map" }
  /// Vectors that one instruction handles at a time.
  private static var tile: Int { 32 }
  /// Floats of an unbatched value that one instruction handles at a time, and half as many doubles: two kilobytes, so that
  /// registers stay in the first cache beside what is read and written.
  static var flatTile: Int { 512 }

  static func workspace(_ sizes: [Int]) -> Int { MapLayout.registerBound(sizes) * Swift.max(tile, flatTile) }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    if V.count > 1 {
      for group in 0..<call.groups { MapRun<V>(call, group: group, isFlat: false, tile: tile).run() }
    } else if V.Scalar.self == Double.self {
      MapRun<VectorOfDoubles>(call, group: 0, isFlat: true, tile: flatTile / 2 / VectorOfDoubles.count).run()
    } else {
      MapRun<VectorOfFloats>(call, group: 0, isFlat: true, tile: flatTile / VectorOfFloats.count).run()
    }
  }
}

/// One group of a map, or with `isFlat` an unbatched map, whose consecutive elements fill the lanes.
struct MapRun<V: Lanes> {
  typealias Pointer = UnsafeMutablePointer<V.Scalar>

  let call: KernelCall
  let layout: MapLayout
  let group: Int
  let isFlat: Bool
  let tile: Int
  let buffers: Pointer
  /// Elements in a vector: one when the lanes are items.
  let elementsPerVector: Int

  init(_ call: KernelCall, group: Int, isFlat: Bool, tile: Int, skipping skipped: Int = 0) {
    self.call = call
    layout = MapLayout(call, skipping: skipped)
    self.group = group
    self.isFlat = isFlat
    self.tile = tile
    buffers = call.scratch.assumingMemoryBound(to: V.Scalar.self)
    elementsPerVector = isFlat ? V.count : 1
  }

  func run() {
    // Shares end where tiles do, so that the same elements are computed together for every number of workers.
    let size = tile * elementsPerVector
    let tiles = (layout.elements + size - 1) / size
    withMachine { machine in
      withUnsafeTemporaryAllocation(of: Int.self, capacity: layout.instructionCount + layout.registerCount) { memory in
        guard let targets = memory.baseAddress else { return }
        findTargets(targets, isLarge: layout.elements > size)
        for k in isFlat ? call.share(of: tiles) : 0..<tiles {
          runTile(machine, targets, start: k * size, count: Swift.min(size, layout.elements - k * size))
        }
      }
    }
  }

  /// For every instruction the output that it may write straight to its place, -1 for none: nothing behind it may read
  /// what was there.
  private func findTargets(_ targets: UnsafeMutablePointer<Int>, isLarge: Bool) {
    let count = layout.instructionCount
    for i in 0..<count { targets[i] = -1 }
    guard count > 0 else { return }
    if layout.outputCount == 1 {
      if layout.instructions[5 * (count - 1) + 1] == layout.outputs[0] { targets[count - 1] = 0 }
      return
    }
    // Copies within one tile cost less than the search.
    guard isLarge else { return }
    for o in 0..<layout.outputCount {
      var last = count - 1
      while last >= 0 && layout.instructions[5 * last + 1] != layout.outputs[o] { last -= 1 }
      guard last >= 0, targets[last] < 0, !isReadLater(o, after: last, targets + count) else { continue }
      targets[last] = o
    }
  }

  /// Whether an input in the place of output `o` is read after an instruction; `isThere` notes which registers are it.
  private func isReadLater(_ o: Int, after last: Int, _ isThere: UnsafeMutablePointer<Int>) -> Bool {
    let place = call.operands[call.inputCount + o].base
    for r in 0..<layout.registerCount { isThere[r] = 0 }
    for i in 0..<layout.instructionCount {
      let instruction = layout.instructions + 5 * i
      guard let opcode = MapOpcode(rawValue: instruction[0]) else { continue }
      switch opcode {
      case .load, .constant:
        if i == last { return true }
        let isInput = if case .load = opcode { true } else { false }
        isThere[instruction[1]] = isInput && call.operands[instruction[2]].base == place ? 1 : 0
      default:
        if i > last {
          for k in 0..<opcode.operandCount where isThere[instruction[2 + k]] != 0 { return true }
        }
        isThere[instruction[1]] = 0
      }
    }
    for p in 0..<layout.outputCount where isThere[layout.outputs[p]] != 0 { return true }
    return false
  }

  /// The sums of each output over rows of elements that follow each other.
  func sums(rows: Int) {
    let columns = layout.elements / rows
    let size = tile * elementsPerVector
    withMachine { machine in
      withUnsafeTemporaryAllocation(of: V.self, capacity: layout.outputCount) { sums in
        withUnsafeTemporaryAllocation(of: V.Scalar.self, capacity: layout.outputCount) { rests in
          for row in call.share(of: rows) {
            for o in 0..<layout.outputCount { (sums[o], rests[o]) = (V.zero, 0) }
            for start in stride(from: 0, to: columns, by: size) {
              let count = Swift.min(size, columns - start)
              evaluate(machine, nil, start: row * columns + start, count: count)
              for o in 0..<layout.outputCount {
                let register = machine.registers[layout.outputs[o]]
                sums[o] += sum(register, count: count / V.count)
                for e in (count / V.count * V.count)..<count {
                  rests[o] += register.base[register.step == 0 ? 0 : e]
                }
              }
            }
            for o in 0..<layout.outputCount { output(o, start: row)[0] = sums[o].sum + rests[o] }
          }
        }
      }
    }
  }

  /// The sum of the first vectors of a register, by four chains of additions.
  private func sum(_ register: MapRegister<V>, count: Int) -> V {
    var (a, b, c, d) = (V.zero, V.zero, V.zero, V.zero)
    var p = register.base
    for _ in 0..<(count / 4) {
      a += V.load(p)
      b += V.load(p + register.step)
      c += V.load(p + 2 * register.step)
      d += V.load(p + 3 * register.step)
      p += 4 * register.step
    }
    for _ in 0..<(count % 4) {
      a += V.load(p)
      p += register.step
    }
    return (a + b) + (c + d)
  }

  private func withMachine(_ body: (MapMachine<V>) -> Void) {
    withUnsafeTemporaryAllocation(of: MapRegister<V>.self, capacity: layout.registerCount) { registers in
      guard let registers = registers.baseAddress else { return }
      let empty = MapRegister<V>(base: UnsafePointer(buffers), step: 0)
      for r in 0..<layout.registerCount { (registers + r).initialize(to: empty) }
      body(MapMachine<V>(registers: registers))
    }
  }

  private func buffer(_ register: Int) -> Pointer { buffers + register * tile * V.count }

  private func output(_ index: Int, start: Int) -> Pointer {
    call.scalars(call.inputCount + index, group: group, as: V.self) + start * (isFlat ? 1 : V.count)
  }

  /// Runs the program on a tile; `targets` says which instructions write to the place of an output.
  private func evaluate(_ machine: MapMachine<V>, _ targets: UnsafePointer<Int>?, start: Int, count: Int) {
    let registers = machine.registers
    let vectors = (count + elementsPerVector - 1) / elementsPerVector
    let isWhole = count == vectors * elementsPerVector
    for i in 0..<layout.instructionCount {
      let instruction = layout.instructions + 5 * i
      guard let opcode = MapOpcode(rawValue: instruction[0]) else { continue }
      let destination = instruction[1]
      var result = buffer(destination)
      if let targets, targets[i] >= 0 { result = output(targets[i], start: start) }
      switch opcode {
      case .load:
        registers[destination] = load(instruction[2], to: result, start: start, count: count, isWhole: isWhole)
      case .constant:
        V.constant(call.reals[instruction[2]]).store(result)
        registers[destination] = MapRegister(base: UnsafePointer(result), step: 0)
      default:
        let (a, b, c) = (registers[instruction[2]], registers[instruction[3]], registers[instruction[4]])
        let operandCount = opcode.operandCount
        let isUniform = a.step == 0 && (operandCount < 2 || b.step == 0) && (operandCount < 3 || c.step == 0)
        machine.execute(opcode, a, b, c, to: result, count: isUniform ? 1 : vectors)
        registers[destination] = MapRegister(base: UnsafePointer(result), step: isUniform ? 0 : V.count)
      }
    }
  }

  private func runTile(_ machine: MapMachine<V>, _ targets: UnsafePointer<Int>, start: Int, count: Int) {
    let registers = machine.registers
    let vectors = (count + elementsPerVector - 1) / elementsPerVector
    let isWhole = count == vectors * elementsPerVector
    evaluate(machine, isWhole ? targets : nil, start: start, count: count)
    for o in 0..<layout.outputCount {
      let register = registers[layout.outputs[o]]
      let target = output(o, start: start)
      if register.base == UnsafePointer(target) && register.step != 0 { continue }
      if isWhole {
        // A constant that was stored directly is its own source.
        let first = V.load(register.base)
        for v in 0..<vectors {
          (register.step == 0 ? first : V.load(register.base + v * V.count)).store(target + v * V.count)
        }
      } else {
        for e in 0..<count { target[e] = register.base[register.step == 0 ? 0 : e] }
      }
    }
  }

  private func load(_ input: Int, to result: Pointer, start: Int, count: Int, isWhole: Bool) -> MapRegister<V> {
    let source = UnsafePointer(call.scalars(input, group: group, as: V.self))
    let isLaned = !isFlat && call.operands[input].isBatched
    let pattern = layout.pattern(input)
    if pattern == .constant {
      if isLaned { return MapRegister(base: source, step: 0) }
      V.splat(source[0]).store(result)
      return MapRegister(base: UnsafePointer(result), step: 0)
    }
    if pattern == .contiguous && isLaned { return MapRegister(base: source + start * V.count, step: V.count) }
    if pattern == .contiguous && isFlat {
      if isWhole { return MapRegister(base: source + start, step: V.count) }
      for e in 0..<count { result[e] = source[start + e] }
      pad(result, from: count)
      return MapRegister(base: UnsafePointer(result), step: V.count)
    }
    var walk = MapWalk(layout, input: input, element: start)
    if isLaned {
      for e in 0..<count {
        V.load(source + walk.offset * V.count).store(result + e * V.count)
        walk.advance()
      }
    } else if isFlat {
      var e = 0
      while e < count {
        let run = Swift.min(count - e, walk.left)
        let (first, step) = (source + walk.offset, walk.innerStride)
        for r in 0..<run { result[e + r] = first[r * step] }
        e += run
        walk.skip(run)
      }
      pad(result, from: count)
    } else {
      for e in 0..<count {
        V.splat(source[walk.offset]).store(result + e * V.count)
        walk.advance()
      }
    }
    return MapRegister(base: UnsafePointer(result), step: V.count)
  }

  /// Fills the last vector of a flat tile with a number that occurs in it.
  private func pad(_ result: Pointer, from count: Int) {
    guard isFlat, count % V.count != 0 else { return }
    for e in count..<((count / V.count + 1) * V.count) { result[e] = result[count - 1] }
  }
}

import GeocKernelABI

/// `map`, sizes [rank, dims…, strides of input 0…, strides of input 1…, …, program…], reals: the program's constants.
///
/// The result has shape `dims`; stride 0 repeats an input along an axis. The program is an encoded `MapProgram`; there
/// is one output operand per program output, each contiguous and of full shape. An output may occupy the memory of a
/// contiguous input if it is the only output.
enum MapKernel: LaneKernel {
  static var name: String { "map" }
  /// Vectors that one instruction handles at a time.
  private static var tile: Int { 32 }
  /// Elements of an unbatched value that one instruction handles at a time.
  private static var flatTile: Int { 128 }

  static func workspace(_ sizes: [Int]) -> Int { MapLayout.registerBound(sizes) * Swift.max(tile, flatTile) }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    if V.count > 1 {
      for group in 0..<call.groups { MapRun<V>(call, group: group, isFlat: false, tile: tile).run() }
    } else if V.Scalar.self == Double.self {
      MapRun<VectorOfDoubles>(call, group: 0, isFlat: true, tile: flatTile / VectorOfDoubles.count).run()
    } else {
      MapRun<VectorOfFloats>(call, group: 0, isFlat: true, tile: flatTile / VectorOfFloats.count).run()
    }
  }
}

/// One group of a map, or with `isFlat` an unbatched map, whose consecutive elements fill the lanes.
private struct MapRun<V: Lanes> {
  typealias Pointer = UnsafeMutablePointer<V.Scalar>

  let call: KernelCall
  let layout: MapLayout
  let group: Int
  let isFlat: Bool
  let tile: Int
  let buffers: Pointer
  /// Elements in a vector: one when the lanes are items.
  let elementsPerVector: Int

  init(_ call: KernelCall, group: Int, isFlat: Bool, tile: Int) {
    self.call = call
    layout = MapLayout(call)
    self.group = group
    self.isFlat = isFlat
    self.tile = tile
    buffers = call.scratch.assumingMemoryBound(to: V.Scalar.self)
    elementsPerVector = isFlat ? V.count : 1
  }

  func run() {
    withUnsafeTemporaryAllocation(of: MapRegister<V>.self, capacity: layout.registerCount) { registers in
      guard let registers = registers.baseAddress else { return }
      let machine = MapMachine<V>(registers: registers)
      let empty = MapRegister<V>(base: UnsafePointer(buffers), step: 0)
      for r in 0..<layout.registerCount { (registers + r).initialize(to: empty) }
      for start in stride(from: 0, to: layout.elements, by: tile * elementsPerVector) {
        runTile(machine, start: start, count: Swift.min(tile * elementsPerVector, layout.elements - start))
      }
    }
  }

  private func buffer(_ register: Int) -> Pointer { buffers + register * tile * V.count }

  private func output(_ index: Int, start: Int) -> Pointer {
    call.scalars(call.inputCount + index, group: group, as: V.self) + start * (isFlat ? 1 : V.count)
  }

  private func runTile(_ machine: MapMachine<V>, start: Int, count: Int) {
    let registers = machine.registers
    let vectors = (count + elementsPerVector - 1) / elementsPerVector
    let isWhole = count == vectors * elementsPerVector
    // The last instruction may write straight to the only output: nothing is read after it.
    let direct = layout.outputCount == 1 && isWhole ? output(0, start: start) : nil
    for i in 0..<layout.instructionCount {
      let instruction = layout.instructions + 5 * i
      guard let opcode = MapOpcode(rawValue: instruction[0]) else { continue }
      let destination = instruction[1]
      var result = buffer(destination)
      if let direct, i == layout.instructionCount - 1, destination == layout.outputs[0] { result = direct }
      switch opcode {
      case .load:
        registers[destination] = load(instruction[2], to: result, start: start, count: count, isWhole: isWhole)
      case .constant:
        V.constant(call.reals[instruction[2]]).store(result)
        registers[destination] = MapRegister(base: UnsafePointer(result), step: 0)
      default:
        machine.execute(
          opcode, registers[instruction[2]], registers[instruction[3]], registers[instruction[4]], to: result,
          count: vectors)
        registers[destination] = MapRegister(base: UnsafePointer(result), step: V.count)
      }
    }
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
      for e in 0..<count {
        result[e] = source[walk.offset]
        walk.advance()
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

import GeocKernelABI

/// `map`, sizes [rank, dims…, strides of input 0…, strides of input 1…, …, program…], reals: the program's constants.
///
/// The result has shape `dims`; stride 0 repeats an input along an axis. The program is an encoded `MapProgram`; there
/// is one output operand per program output, each contiguous and of full shape. An output may occupy the memory of an
/// input of the same size. A form at the end of a program gives its outputs, in order.
enum MapKernel: LaneKernel {
  static var name: String { "map" }
  /// Groups of lanes that one instruction handles at a time: two kilobytes, as `flatTile`.
  private static var tile: Int { 32 }
  /// Floats of an unbatched value that one instruction handles at a time, and half as many doubles: two kilobytes, so that
  /// registers stay in the first cache beside what is read and written.
  static var flatTile: Int { 512 }
  /// Tiles that a form handles as one where nothing but its operands and results is in memory: it is set up once for them.
  static var formTiles: Int { 16 }

  /// The registers of a tile, and behind them the program taken apart: a step has room in sixteen floats.
  static func workspace(_ sizes: [Int]) -> Int {
    let (registers, instructions) = MapLayout.bounds(sizes)
    let mayHaveForm = sizes.count > 5 && sizes[sizes.count - 5] == MapOpcode.apply.rawValue
    return registers * Swift.max(tile, flatTile) * (mayHaveForm ? formTiles : 1) + 16 * instructions
  }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    if V.count > 1 {
      MapRun<V>(call, isFlat: false, tile: tile * V.perGroup).run()
    } else if V.Scalar.self == Double.self {
      MapRun<VectorOfDoubles>(call, isFlat: true, tile: flatTile / 2 / VectorOfDoubles.count).run()
    } else {
      MapRun<VectorOfFloats>(call, isFlat: true, tile: flatTile / VectorOfFloats.count).run()
    }
  }
}

/// A map group after group, or with `isFlat` an unbatched map, whose consecutive elements fill the lanes.
struct MapRun<V: Lanes> {
  typealias Pointer = UnsafeMutablePointer<V.Scalar>
  typealias Steps = UnsafeMutablePointer<MapStep>

  let call: KernelCall
  let layout: MapLayout
  /// The group at hand.
  private var group = 0
  let isFlat: Bool
  let tile: Int
  let buffers: Pointer
  /// Elements in a vector: one when the lanes are items.
  let elementsPerVector: Int

  init(_ call: KernelCall, isFlat: Bool, tile: Int, skipping skipped: Int = 0) {
    self.call = call
    layout = MapLayout(call, skipping: skipped)
    self.isFlat = isFlat
    buffers = call.scratch.assumingMemoryBound(to: V.Scalar.self)
    elementsPerVector = isFlat ? V.count : 1
    self.tile = tile * layout.formTiles(call, short: 4 * tile * elementsPerVector)
  }

  func run() {
    // Shares end where tiles do, so that the same elements are computed together for every number of workers.
    let size = tile * elementsPerVector
    let tiles = (layout.elements + size - 1) / size
    withMachine { machine, steps in
      findTargets(steps, machine.registers, isLarge: layout.elements > size)
      var run = self
      for group in 0..<(isFlat ? 1 : call.groups) {
        run.group = group
        for k in isFlat ? call.share(of: tiles) : 0..<tiles {
          run.runTile(machine, steps, start: k * size, count: Swift.min(size, layout.elements - k * size))
        }
      }
    }
  }

  /// Finds the instructions that may write an output straight to its place: nothing behind them may read what was there.
  private func findTargets(_ steps: Steps, _ registers: UnsafeMutablePointer<MapRegister<V>>, isLarge: Bool) {
    let end = layout.instructionCount - 1
    guard end >= 0 else { return }
    if layout.outputCount == 1 {
      if steps[end].destination == layout.outputs[0] { steps[end].target = 0 }
      return
    }
    // Copies within one tile cost less than the search.
    guard isLarge else { return }
    for o in 0..<layout.outputCount {
      var last = end
      while last >= 0 && steps[last].destination != layout.outputs[o] { last -= 1 }
      guard last >= 0, steps[last].target < 0, !isReadLater(o, after: last, steps, registers) else { continue }
      steps[last].target = o
    }
  }

  /// Whether an input in the place of output `o` is read after an instruction. The steps of registers, which have no
  /// meaning yet, note which of them are it.
  private func isReadLater(
    _ o: Int, after last: Int, _ steps: Steps, _ registers: UnsafeMutablePointer<MapRegister<V>>
  ) -> Bool {
    let place = call.operands[call.inputCount + o].base
    for r in 0..<layout.registerCount { registers[r].step = 0 }
    for i in 0..<layout.instructionCount {
      let step = steps[i]
      switch step.opcode {
      case .load, .constant:
        if i == last { return true }
        let isInput = if case .load = step.opcode { true } else { false }
        registers[step.destination].step = isInput && call.operands[step.a].base == place ? 1 : 0
      case .argument, .apply: if i == last { return false }
      default:
        let isRead = registers[step.a].step != 0 || registers[step.b].step != 0 || registers[step.c].step != 0
        if i > last && isRead { return true }
        registers[step.destination].step = 0
      }
    }
    for p in 0..<layout.outputCount where registers[layout.outputs[p]].step != 0 { return true }
    return false
  }

  /// The sums of each output over rows of elements that follow each other.
  func sums(rows: Int) {
    let columns = layout.elements / rows
    let size = tile * elementsPerVector
    withMachine { machine, steps in
      withUnsafeTemporaryAllocation(of: V.self, capacity: layout.outputCount) { sums in
        withUnsafeTemporaryAllocation(of: V.Scalar.self, capacity: layout.outputCount) { rests in
          for row in call.share(of: rows) {
            for o in 0..<layout.outputCount { (sums[o], rests[o]) = (V.zero, 0) }
            for start in stride(from: 0, to: columns, by: size) {
              let count = Swift.min(size, columns - start)
              evaluate(machine, steps, isDirect: false, start: row * columns + start, count: count)
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

  /// The machine, its registers not yet set, and the program taken apart.
  private func withMachine(_ body: (MapMachine<V>, Steps) -> Void) {
    let memory = UnsafeMutableRawPointer(buffers + layout.registerCount * tile * V.count)
    let steps = memory.bindMemory(to: MapStep.self, capacity: layout.instructionCount)
    for i in 0..<layout.instructionCount {
      guard let step = MapStep(layout, i) else { return }
      (steps + i).initialize(to: step)
    }
    withUnsafeTemporaryAllocation(of: MapRegister<V>.self, capacity: layout.registerCount) { registers in
      guard let registers = registers.baseAddress else { return }
      let empty = MapRegister<V>(base: UnsafePointer(buffers), step: 0)
      for r in 0..<layout.registerCount { (registers + r).initialize(to: empty) }
      body(MapMachine<V>(registers: registers), steps)
    }
  }

  private func buffer(_ register: Int) -> Pointer { buffers + register * tile * V.count }

  private func output(_ index: Int, start: Int) -> Pointer {
    call.scalars(call.inputCount + index, group: group, as: V.self) + start * (isFlat ? 1 : V.count)
  }

  /// Runs the program on a tile; with `isDirect` what has a target is written there.
  private func evaluate(_ machine: MapMachine<V>, _ steps: Steps, isDirect: Bool, start: Int, count: Int) {
    let registers = machine.registers
    let vectors = (count + elementsPerVector - 1) / elementsPerVector
    let isWhole = count == vectors * elementsPerVector
    for i in 0..<layout.instructionCount {
      let step = steps[i]
      let isTarget = isDirect && step.target >= 0
      let result = isTarget ? output(step.target, start: start) : buffer(step.destination)
      switch step.opcode {
      case .load:
        registers[step.destination] = load(step, to: result, start: start, count: count, isWhole: isWhole)
      case .constant:
        V.constant(call.reals[step.a]).store(result)
        registers[step.destination] = MapRegister(base: UnsafePointer(result), step: 0)
      case .argument: break
      case .apply: apply(step, behind: i, steps, registers, isDirect: isDirect, start: start, count: vectors)
      default:
        let (a, b, c) = (registers[step.a], registers[step.b], registers[step.c])
        // Operands that an instruction does not have repeat the first.
        let isUniform = a.step == 0 && b.step == 0 && c.step == 0
        machine.execute(step.opcode, a, b, c, to: result, count: isUniform ? 1 : vectors)
        registers[step.destination] = MapRegister(base: UnsafePointer(result), step: isUniform ? 0 : V.count)
      }
    }
  }

  /// Runs a form on the operands that the instructions in front of number `last` name.
  private func apply(
    _ step: MapStep, behind last: Int, _ steps: Steps, _ registers: UnsafeMutablePointer<MapRegister<V>>,
    isDirect: Bool, start: Int, count: Int
  ) {
    guard let form = MapForm(rawValue: step.a) else { return }
    let first = last - form.argumentCount
    withUnsafeTemporaryAllocation(of: MapRegister<V>.self, capacity: form.operandCount) { operands in
      withUnsafeTemporaryAllocation(of: Pointer.self, capacity: form.resultCount) { results in
        guard let operands = operands.baseAddress, let results = results.baseAddress else { return }
        for k in 0..<form.operandCount {
          let names = steps[first + k / 3]
          (operands + k).initialize(to: registers[k % 3 == 0 ? names.a : k % 3 == 1 ? names.b : names.c])
        }
        for k in 0..<form.resultCount {
          let place = isDirect ? output(k, start: start) : buffer(step.destination + k)
          (results + k).initialize(to: place)
          registers[step.destination + k] = MapRegister(base: UnsafePointer(place), step: V.count)
        }
        MapFormTile(form: form, operands: operands, constants: call.reals + step.b, results: results, count: count)
          .run()
      }
    }
  }

  private func runTile(_ machine: MapMachine<V>, _ steps: Steps, start: Int, count: Int) {
    let registers = machine.registers
    let vectors = (count + elementsPerVector - 1) / elementsPerVector
    let isWhole = count == vectors * elementsPerVector
    evaluate(machine, steps, isDirect: isWhole, start: start, count: count)
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

  private func load(
    _ step: MapStep, to result: Pointer, start: Int, count: Int, isWhole: Bool
  ) -> MapRegister<V> {
    let input = step.a
    let source = UnsafePointer(call.scalars(input, group: group, as: V.self))
    let isLaned = !isFlat && call.operands[input].isBatched
    if step.pattern == .constant {
      if isLaned { return MapRegister(base: source, step: 0) }
      V.splat(source[0]).store(result)
      return MapRegister(base: UnsafePointer(result), step: 0)
    }
    if step.pattern == .contiguous && isLaned { return MapRegister(base: source + start * V.count, step: V.count) }
    if step.pattern == .contiguous && isFlat {
      if isWhole { return MapRegister(base: source + start, step: V.count) }
      for e in 0..<count { result[e] = source[start + e] }
      pad(result, from: count)
      return MapRegister(base: UnsafePointer(result), step: V.count)
    }
    if step.pattern == .contiguous && !isLaned {
      for e in 0..<count { V.splat(source[start + e]).store(result + e * V.count) }
      return MapRegister(base: UnsafePointer(result), step: V.count)
    }
    var walk = MapWalk(layout, input: input, element: start)
    if isLaned {
      for e in 0..<count {
        V.load(source + walk.offset * V.count).store(result + e * V.count)
        walk.advance()
      }
    } else if isFlat {
      if walk.innerStride == 0 && walk.left >= count {
        V.splat(source[walk.offset]).store(result)
        return MapRegister(base: UnsafePointer(result), step: 0)
      }
      var e = 0
      while e < count {
        let run = Swift.min(count - e, walk.left)
        let (first, step) = (source + walk.offset, walk.innerStride)
        // A loop for each of the usual steps, which become vector moves.
        switch step {
        case 0: for r in 0..<run { result[e + r] = first[0] }
        case 1: for r in 0..<run { result[e + r] = first[r] }
        default: for r in 0..<run { result[e + r] = first[r * step] }
        }
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

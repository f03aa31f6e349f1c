import GeocKernelABI

/// The numbers of a row program on a tile: those of `V.count` rows in a vector, be they rows of as many items or not.
struct RowNumbers<V: Lanes> {
  /// Numbers that outlive a phase, `tile` vectors each.
  let slots: UnsafeMutablePointer<V>
  /// Where the numbers of each place of the program are: slots, registers, constants.
  private let places: UnsafeMutablePointer<MapRegister<V>>
  /// Vectors of a tile at most.
  private let tile: Int

  /// Numbers at `memory`, which `table` is to find: slots and registers of `tile` vectors, constants of one.
  init(
    _ layout: RowLayout, _ memory: UnsafeMutablePointer<V>, tile: Int, table: UnsafeMutablePointer<MapRegister<V>>,
    constants: UnsafePointer<Double>
  ) {
    (slots, places, self.tile) = (memory, table, tile)
    var next = memory
    for k in 0..<(layout.slots + layout.registers) {
      (table + k).initialize(to: MapRegister(base: Self.scalars(next), step: V.count))
      next += tile
    }
    for k in 0..<layout.constants {
      next.initialize(to: V.constant(constants[k]))
      (table + layout.slots + layout.registers + k).initialize(to: MapRegister(base: Self.scalars(next), step: 0))
      next += 1
    }
  }

  /// Vectors of memory that the numbers of a program take.
  static func count(_ layout: RowLayout, tile: Int) -> Int {
    (layout.slots + layout.registers) * tile + layout.constants
  }

  /// Runs the phases of the program on `count` vectors: `multiply` is called with two vectors of the program and the slot
  /// of their inner products, `combine` with a combination and the vector it makes.
  @inline(always)
  func run(
    _ layout: RowLayout, count: Int, multiply: (Int, Int, Int) -> Void, combine: (UnsafePointer<Int>, Int) -> Void
  ) {
    var p = layout.code
    var next = layout.vectors
    for _ in 0..<layout.phases {
      for d in 0..<p[0] {
        let pair = p + 1 + 3 * d
        multiply(pair[0], pair[1], pair[2])
      }
      p += 1 + 3 * p[0]
      compute(p + 1, p[0], count: count)
      p += 1 + 5 * p[0]
      for e in 0..<p[0] {
        let source = places[p[1 + 2 * e]]
        let target = slots + p[2 + 2 * e] * tile
        for r in 0..<count { target[r] = V.load(source.base + r * source.step) }
      }
      p += 1 + 2 * p[0]
      let made = p[0]
      p += 1
      for _ in 0..<made {
        combine(p, next)
        next += 1
        p += 2 + 2 * p[1]
      }
    }
  }

  /// The instructions of a phase.
  private func compute(_ code: UnsafePointer<Int>, _ instructions: Int, count: Int) {
    let machine = MapMachine<V>(registers: places)
    for i in 0..<instructions {
      let instruction = code + 5 * i
      guard let opcode = MapOpcode(rawValue: instruction[0]) else { continue }
      machine.execute(
        opcode, places[instruction[2]], places[instruction[3]], places[instruction[4]],
        to: UnsafeMutablePointer(mutating: places[instruction[1]].base), count: count)
    }
  }

  @inline(always) private static func scalars(_ p: UnsafeMutablePointer<V>) -> UnsafePointer<V.Scalar> {
    UnsafeRawPointer(p).assumingMemoryBound(to: V.Scalar.self)
  }
}

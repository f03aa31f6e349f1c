import GeocKernelABI

/// The numbers of a row program on a tile: those of `V.count` rows in a vector, be they rows of as many items or not.
struct RowNumbers<V: Lanes> {
  /// Numbers that outlive a phase, `tile` vectors each.
  let slots: UnsafeMutablePointer<V>
  /// Results of the instructions of a phase, `tile` vectors each.
  let registers: UnsafeMutablePointer<V>
  /// Where each register is found.
  let places: UnsafeMutablePointer<MapRegister<V>>
  /// Constants.
  let reals: UnsafePointer<Double>
  /// Vectors of a tile at most.
  let tile: Int

  /// Before the first tile: no register holds anything.
  func clear(_ layout: RowLayout) {
    let empty = MapRegister<V>(base: scalars(slots), step: 0)
    for r in 0...layout.registers { (places + r).initialize(to: empty) }
  }

  /// Runs the phases of the program on `count` vectors: `multiply` is called with two vectors of the program and the slot
  /// of their inner products, `combine` with a list of terms and the vector they make.
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
        let register = places[p[1 + 2 * e]]
        let target = slots + p[2 + 2 * e] * tile
        for r in 0..<count { target[r] = V.load(register.base + r * register.step) }
      }
      p += 1 + 2 * p[0]
      let made = p[0]
      p += 1
      for _ in 0..<made {
        combine(p, next)
        next += 1
        p += 1 + 2 * p[0]
      }
    }
  }

  /// The instructions of a phase.
  private func compute(_ code: UnsafePointer<Int>, _ instructions: Int, count: Int) {
    let machine = MapMachine<V>(registers: places)
    for i in 0..<instructions {
      let instruction = code + 5 * i
      guard let opcode = MapOpcode(rawValue: instruction[0]) else { continue }
      let destination = instruction[1]
      let result = registers + destination * tile
      switch opcode {
      case .load: places[destination] = MapRegister(base: scalars(slots + instruction[2] * tile), step: V.count)
      case .constant:
        result[0] = V.constant(reals[instruction[2]])
        places[destination] = MapRegister(base: scalars(result), step: 0)
      default:
        machine.execute(
          opcode, places[instruction[2]], places[instruction[3]], places[instruction[4]],
          to: UnsafeMutableRawPointer(result).assumingMemoryBound(to: V.Scalar.self), count: count)
        places[destination] = MapRegister(base: scalars(result), step: V.count)
      }
    }
  }

  @inline(always) private func scalars(_ p: UnsafeMutablePointer<V>) -> UnsafePointer<V.Scalar> {
    UnsafeRawPointer(p).assumingMemoryBound(to: V.Scalar.self)
  }
}

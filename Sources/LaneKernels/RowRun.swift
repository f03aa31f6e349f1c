import GeocKernelABI

/// How long the rows of a program are, as far as it is known when the kernel is compiled: loops over a few numbers cost
/// less than what it takes to start them.
protocol RowLength {
  /// The length, of rows with `n` numbers.
  static func of(_ n: Int) -> Int
}

enum RowsOfFour: RowLength { @inline(always) static func of(_ n: Int) -> Int { 4 } }
enum RowsOfEight: RowLength { @inline(always) static func of(_ n: Int) -> Int { 8 } }
enum RowsOfSixteen: RowLength { @inline(always) static func of(_ n: Int) -> Int { 16 } }
enum RowsOfAnyLength: RowLength { @inline(always) static func of(_ n: Int) -> Int { n } }

/// A row program on the rows of the groups of a chunk, a tile of rows at a time: a tile reaches over the border of two
/// groups where items have few rows.
struct RowRun<V: Lanes, L: RowLength> {
  let call: KernelCall
  let layout: RowLayout
  let tile: Int
  private let tables: Tables
  /// Unbatched inputs, spread over the lanes.
  private let copies: UnsafeMutablePointer<V>
  /// Numbers that outlive a phase, a tile each.
  private let slots: UnsafeMutablePointer<V>
  private let registers: UnsafeMutablePointer<V>
  private let computed: UnsafeMutablePointer<V>
  private let sums: UnsafeMutablePointer<V>

  /// Addresses, at the start of the scratch.
  private struct Tables {
    /// Where the rows of each vector start.
    let rows: UnsafeMutablePointer<UnsafePointer<V>>
    /// Where the inputs of each group start.
    let bases: UnsafeMutablePointer<UnsafePointer<V>>
    /// Group and row of each row of the tile.
    let places: UnsafeMutablePointer<Int>
    let registers: UnsafeMutablePointer<MapRegister<V>>

    init(_ scratch: UnsafeMutableRawPointer, _ layout: RowLayout, tile: Int) {
      var next = scratch
      func take<T>(_: T.Type, _ count: Int) -> UnsafeMutablePointer<T> {
        defer { next += count * MemoryLayout<T>.stride }
        return next.assumingMemoryBound(to: T.self)
      }
      rows = take(UnsafePointer<V>.self, (layout.vectors + layout.computed) * tile)
      bases = take(UnsafePointer<V>.self, layout.inputs * RowLayout.mostGroups)
      places = take(Int.self, 2 * tile)
      registers = take(MapRegister<V>.self, layout.registers + 1)
    }
  }

  init(_ call: KernelCall) {
    self.call = call
    layout = RowLayout(call.sizes)
    tile = layout.tile
    tables = Tables(call.scratch, layout, tile: tile)
    copies = (call.scratch + layout.tableBytes).assumingMemoryBound(to: V.self)
    slots = copies + layout.copied
    registers = slots + layout.slots * tile
    computed = registers + layout.registers * tile
    sums = computed + layout.computed * layout.length * tile
  }

  /// What becomes of the results.
  enum Sink { case store, accumulate(V.Bits) }

  func run(_ sink: Sink, groups: Range<Int>) {
    if groups.isEmpty { return }
    locateInputs(groups)
    let empty = MapRegister<V>(base: scalars(copies), step: 0)
    for r in 0...layout.registers { (tables.registers + r).initialize(to: empty) }
    for k in 0..<(layout.computed * tile) {
      (tables.rows + layout.vectors * tile + k).initialize(to: UnsafePointer(computed + k * layout.length))
    }
    let total = groups.count * layout.rows
    var start = 0
    while start < total {
      let count = Swift.min(tile, total - start)
      locateRows(groups, start: start, count: count)
      runTile(count: count, sink)
      start += tile
    }
  }

  /// Finds the inputs of each group; unbatched ones are spread over the lanes once.
  private func locateInputs(_ groups: Range<Int>) {
    var copy = copies
    for k in 0..<layout.inputs {
      let count = layout.copies[k]
      if count > 0 {
        let source = call.scalars(k, group: groups.lowerBound, as: V.self)
        for e in 0..<count { copy[e] = V.splat(source[e]) }
      }
      for g in 0..<groups.count {
        let base =
          count > 0 ? UnsafePointer(copy) : UnsafePointer(call.lanes(k, group: groups.lowerBound + g, as: V.self))
        (tables.bases + g * layout.inputs + k).initialize(to: base)
      }
      copy += count
    }
  }

  private func locateRows(_ groups: Range<Int>, start: Int, count: Int) {
    let first = (group: start / layout.rows, row: start % layout.rows)
    var (group, row) = first
    for r in 0..<count {
      tables.places[2 * r] = groups.lowerBound + group
      tables.places[2 * r + 1] = row
      row += 1
      if row == layout.rows { (group, row) = (group + 1, 0) }
    }
    for k in 0..<layout.inputs {
      let stride = layout.uniformStride(k)
      let width = k < layout.vectors ? L.of(layout.length) : 1
      (group, row) = first
      for r in 0..<count {
        let place = tables.bases[group * layout.inputs + k] + (stride.map { row * $0 } ?? layout.offset(k, row)) * width
        if k < layout.vectors {
          (tables.rows + k * tile + r).initialize(to: place)
        } else {
          slots[(k - layout.vectors) * tile + r] = place[0]
        }
        row += 1
        if row == layout.rows { (group, row) = (group + 1, 0) }
      }
    }
  }

  private func runTile(count: Int, _ sink: Sink) {
    var p = layout.code
    var next = layout.vectors
    for _ in 0..<layout.phases {
      for d in 0..<p[0] {
        let pair = p + 1 + 3 * d
        multiply(tables.rows + pair[0] * tile, tables.rows + pair[1] * tile, to: slots + pair[2] * tile, count: count)
      }
      p += 1 + 3 * p[0]
      compute(p + 1, p[0], count: count)
      p += 1 + 5 * p[0]
      for e in 0..<p[0] {
        let register = tables.registers[p[1 + 2 * e]]
        let target = slots + p[2 + 2 * e] * tile
        for r in 0..<count { target[r] = V.load(register.base + r * register.step) }
      }
      p += 1 + 2 * p[0]
      let made = p[0]
      p += 1
      for _ in 0..<made {
        for r in 0..<count {
          combine(p, r, to: UnsafeMutablePointer(mutating: tables.rows[next * tile + r]))
        }
        next += 1
        p += 1 + 2 * p[0]
      }
    }
    switch sink {
    case .store: store(p, count: count)
    case .accumulate(let mask): accumulate(p, count: count, mask: mask)
    }
  }

  /// The inner products of the tile's rows of two vectors.
  private func multiply(
    _ a: UnsafeMutablePointer<UnsafePointer<V>>, _ b: UnsafeMutablePointer<UnsafePointer<V>>,
    to result: UnsafeMutablePointer<V>, count: Int
  ) {
    let n = L.of(layout.length)
    var r = 0
    while r < count {
      let next = Swift.min(r + 1, count - 1)
      let (a0, b0, a1, b1) = (a[r], b[r], a[next], b[next])
      var (s0, s1, t0, t1) = (V.zero, V.zero, V.zero, V.zero)
      var e = 0
      while e + 1 < n {
        s0 = V.fma(a0[e], b0[e], s0)
        s1 = V.fma(a1[e], b1[e], s1)
        t0 = V.fma(a0[e + 1], b0[e + 1], t0)
        t1 = V.fma(a1[e + 1], b1[e + 1], t1)
        e += 2
      }
      if e < n {
        s0 = V.fma(a0[e], b0[e], s0)
        s1 = V.fma(a1[e], b1[e], s1)
      }
      result[r] = s0 + t0
      result[next] = s1 + t1
      r += 2
    }
  }

  /// The scalar instructions of a phase on the tile.
  private func compute(_ code: UnsafePointer<Int>, _ instructions: Int, count: Int) {
    let values = tables.registers
    let machine = MapMachine<V>(registers: values)
    for i in 0..<instructions {
      let instruction = code + 5 * i
      guard let opcode = MapOpcode(rawValue: instruction[0]) else { continue }
      let destination = instruction[1]
      let result = registers + destination * tile
      switch opcode {
      case .load: values[destination] = MapRegister(base: scalars(slots + instruction[2] * tile), step: V.count)
      case .constant:
        result[0] = V.constant(call.reals[instruction[2]])
        values[destination] = MapRegister(base: scalars(result), step: 0)
      default:
        machine.execute(
          opcode, values[instruction[2]], values[instruction[3]], values[instruction[4]],
          to: UnsafeMutableRawPointer(result).assumingMemoryBound(to: V.Scalar.self), count: count)
        values[destination] = MapRegister(base: scalars(result), step: V.count)
      }
    }
  }

  @inline(always) private func scalars(_ p: UnsafeMutablePointer<V>) -> UnsafePointer<V.Scalar> {
    UnsafeRawPointer(p).assumingMemoryBound(to: V.Scalar.self)
  }

  /// The coefficient and the row of term `t` of a combination.
  @inline(always) private func term(_ list: UnsafePointer<Int>, _ t: Int, _ r: Int) -> (V, UnsafePointer<V>) {
    (slots[list[1 + 2 * t] * tile + r], tables.rows[list[2 + 2 * t] * tile + r])
  }

  private func combine(_ list: UnsafePointer<Int>, _ r: Int, to y: UnsafeMutablePointer<V>) {
    let n = L.of(layout.length)
    let count = list[0]
    switch count {
    case 0: for e in 0..<n { y[e] = V.zero }
    case 1:
      let (a, u) = term(list, 0, r)
      for e in 0..<n { y[e] = a * u[e] }
    case 2:
      let (a, u) = term(list, 0, r)
      let (b, v) = term(list, 1, r)
      for e in 0..<n { y[e] = V.fma(a, u[e], b * v[e]) }
    default:
      let (a, u) = term(list, 0, r)
      let (b, v) = term(list, 1, r)
      let (c, w) = term(list, 2, r)
      for e in 0..<n { y[e] = V.fma(a, u[e], V.fma(b, v[e], c * w[e])) }
      for t in Swift.stride(from: 3, to: count, by: 1) {
        let (d, x) = term(list, t, r)
        for e in 0..<n { y[e] = V.fma(d, x[e], y[e]) }
      }
    }
  }

  /// Writes the results of the tile.
  private func store(_ results: UnsafePointer<Int>, count: Int) {
    let n = L.of(layout.length)
    var p = results
    for k in 0..<layout.vectorResults {
      for r in 0..<count {
        let y = call.lanes(call.inputCount + k, group: tables.places[2 * r], as: V.self)
        combine(p, r, to: y + tables.places[2 * r + 1] * n)
      }
      p += 1 + 2 * p[0]
    }
    for q in 0..<layout.scalarResults {
      let operand = call.inputCount + layout.vectorResults + q
      for r in 0..<count {
        call.lanes(operand, group: tables.places[2 * r], as: V.self)[tables.places[2 * r + 1]] = slots[p[q] * tile + r]
      }
    }
  }

  func clearSums() {
    for e in 0..<(layout.vectorResults * layout.length + layout.scalarResults) { sums[e] = V.zero }
  }

  /// Adds the results of the tile in the lanes of `mask`.
  private func accumulate(_ results: UnsafePointer<Int>, count: Int, mask: V.Bits) {
    let n = L.of(layout.length)
    var p = results
    for k in 0..<layout.vectorResults {
      let y = sums + k * n
      for t in 0..<p[0] {
        for r in 0..<count {
          let (c, v) = term(p, t, r)
          let a = V.select(mask, c, V.zero)
          for e in 0..<n { y[e] = V.fma(a, v[e], y[e]) }
        }
      }
      p += 1 + 2 * p[0]
    }
    let y = sums + layout.vectorResults * n
    for q in 0..<layout.scalarResults {
      var sum = y[q]
      for r in 0..<count { sum += V.select(mask, slots[p[q] * tile + r], V.zero) }
      y[q] = sum
    }
  }

  /// Writes the sums over the lanes.
  func writeSums() {
    let n = L.of(layout.length)
    for k in 0..<layout.vectorResults {
      let y = call.scalars(call.inputCount + k, group: 0, as: V.self)
      for e in 0..<n { y[e] = sums[k * n + e].sum }
    }
    for q in 0..<layout.scalarResults {
      call.scalars(call.inputCount + layout.vectorResults + q, group: 0, as: V.self)[0] =
        sums[layout.vectorResults * n + q].sum
    }
  }
}

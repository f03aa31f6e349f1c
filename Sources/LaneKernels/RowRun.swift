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
  private let numbers: RowNumbers<V>
  private let computed: UnsafeMutablePointer<V>
  private let sums: UnsafeMutablePointer<V>

  /// Addresses, at the start of the scratch.
  private struct Tables {
    /// Where the rows of each vector start.
    let rows: UnsafeMutablePointer<UnsafePointer<V>>
    /// Where the inputs of each group start.
    let bases: UnsafeMutablePointer<UnsafePointer<V>>
    /// Where each row of a result goes.
    let targets: UnsafeMutablePointer<UnsafePointer<V>>
    let places: UnsafeMutablePointer<MapRegister<V>>

    init(_ scratch: UnsafeMutableRawPointer, _ layout: RowLayout, tile: Int) {
      var next = scratch
      func take<T>(_: T.Type, _ count: Int) -> UnsafeMutablePointer<T> {
        defer { next += count * MemoryLayout<T>.stride }
        return next.assumingMemoryBound(to: T.self)
      }
      rows = take(UnsafePointer<V>.self, (layout.vectors + layout.computed) * tile)
      bases = take(UnsafePointer<V>.self, layout.inputs * RowLayout.mostGroups)
      targets = take(UnsafePointer<V>.self, tile)
      places = take(MapRegister<V>.self, layout.places)
    }
  }

  init(_ call: KernelCall) {
    self.call = call
    layout = RowLayout(call.sizes)
    tile = layout.tile
    tables = Tables(call.scratch, layout, tile: tile)
    copies = (call.scratch + layout.tableBytes).assumingMemoryBound(to: V.self)
    let memory = copies + layout.copied
    numbers = RowNumbers(layout, memory, tile: tile, table: tables.places, constants: call.reals)
    computed = memory + RowNumbers<V>.count(layout, tile: tile)
    sums = computed + layout.computed * layout.length * tile
  }

  /// All rows of the chunk: those of full groups together, then those of groups with lanes that are not in use, which
  /// no sum may count.
  func run() {
    if layout.summed == 0 { return run(groups: 0..<call.groups, counting: V.zero .== V.zero) }
    for e in 0..<(layout.vectorResults * layout.length + layout.scalarResults) { sums[e] = V.zero }
    var full = 0
    while full < call.groups, V.count == 1 || call.validLanes(group: full, as: V.self) == V.count { full += 1 }
    run(groups: 0..<full, counting: V.zero .== V.zero)
    for group in full..<call.groups {
      run(
        groups: group..<(group + 1), counting: firstLanes(call.validLanes(group: group, as: V.self), as: V.self))
    }
    writeSums()
  }

  private func run(groups: Range<Int>, counting mask: V.Bits) {
    if groups.isEmpty { return }
    locateInputs(groups)
    for k in 0..<(layout.computed * tile) {
      (tables.rows + layout.vectors * tile + k).initialize(to: UnsafePointer(computed + k * layout.length))
    }
    let total = groups.count * layout.rows
    var start = 0
    while start < total {
      let part = Part(first: groups.lowerBound, start: start, count: Swift.min(tile, total - start), of: layout.rows)
      locateRows(part, groups)
      runTile(part)
      finish(part, counting: mask)
      start += tile
    }
  }

  /// The rows of a tile: some of one group, then those of the groups behind it.
  private struct Part {
    let group: Int
    let row: Int
    let count: Int
    let rows: Int

    init(first: Int, start: Int, count: Int, of rows: Int) {
      (group, row, self.count, self.rows) = (first + start / rows, start % rows, count, rows)
    }

    /// Calls `body` for the rows of each group: number in the tile, group, first row, how many.
    @inline(always)
    func forRuns(_ body: (Int, Int, Int, Int) -> Void) {
      var (done, group, row) = (0, group, row)
      while done < count {
        let run = Swift.min(count - done, rows - row)
        body(done, group, row, run)
        (done, group, row) = (done + run, group + 1, 0)
      }
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

  private func locateRows(_ part: Part, _ groups: Range<Int>) {
    for k in 0..<layout.inputs {
      let width = k < layout.vectors ? L.of(layout.length) : 1
      let rows = tables.rows + k * tile
      let numbers = slots + (k - layout.vectors) * tile
      let isVector = k < layout.vectors
      let stride = layout.uniformStride(k)
      part.forRuns { done, group, row, run in
        let base = tables.bases[(group - groups.lowerBound) * layout.inputs + k]
        if let stride {
          let (first, step) = (base + row * stride * width, stride * width)
          if isVector {
            for r in 0..<run { (rows + done + r).initialize(to: first + r * step) }
          } else {
            for r in 0..<run { numbers[done + r] = first[r * step] }
          }
        } else {
          for r in 0..<run {
            let place = base + layout.offset(k, row + r) * width
            if isVector { (rows + done + r).initialize(to: place) } else { numbers[done + r] = place[0] }
          }
        }
      }
    }
  }

  /// Computes the numbers and vectors of the program on the tile.
  private func runTile(_ part: Part) {
    let count = part.count
    numbers.run(layout, count: count) { a, b, slot in
      multiply(tables.rows + a * tile, tables.rows + b * tile, to: slots + slot * tile, count: count)
    } combine: { terms, made in
      combine(terms, to: tables.rows + made * tile, count: count)
    }
  }

  /// The inner products of the tile's rows of two vectors.
  private func multiply(
    _ a: UnsafeMutablePointer<UnsafePointer<V>>, _ b: UnsafeMutablePointer<UnsafePointer<V>>,
    to result: UnsafeMutablePointer<V>, count: Int
  ) {
    let n = L.of(layout.length)
    let isSquare = a == b
    var r = 0
    while r < count {
      let next = Swift.min(r + 1, count - 1)
      let (a0, a1) = (a[r], a[next])
      var (s0, s1, t0, t1) = (V.zero, V.zero, V.zero, V.zero)
      var e = 0
      if isSquare {
        while e + 1 < n {
          let (x0, x1, y0, y1) = (a0[e], a1[e], a0[e + 1], a1[e + 1])
          s0 = V.fma(x0, x0, s0)
          s1 = V.fma(x1, x1, s1)
          t0 = V.fma(y0, y0, t0)
          t1 = V.fma(y1, y1, t1)
          e += 2
        }
      } else {
        let (b0, b1) = (b[r], b[next])
        while e + 1 < n {
          s0 = V.fma(a0[e], b0[e], s0)
          s1 = V.fma(a1[e], b1[e], s1)
          t0 = V.fma(a0[e + 1], b0[e + 1], t0)
          t1 = V.fma(a1[e + 1], b1[e + 1], t1)
          e += 2
        }
      }
      if e < n {
        s0 = V.fma(a0[e], b[r][e], s0)
        s1 = V.fma(a1[e], b[next][e], s1)
      }
      result[r] = s0 + t0
      result[next] = s1 + t1
      r += 2
    }
  }

  private var slots: UnsafeMutablePointer<V> { numbers.slots }

  /// The coefficients and the rows of term `t` of a combination.
  @inline(always)
  private func term(
    _ list: UnsafePointer<Int>, _ t: Int
  ) -> (UnsafePointer<V>, UnsafePointer<UnsafePointer<V>>) {
    (UnsafePointer(slots + list[2 + 2 * t] * tile), UnsafePointer(tables.rows + list[3 + 2 * t] * tile))
  }

  /// Writes a combination of vectors behind its gate, row by row, to `targets`.
  private func combine(_ list: UnsafePointer<Int>, to targets: UnsafePointer<UnsafePointer<V>>, count: Int) {
    sum(list, to: targets, count: count)
    let n = L.of(layout.length)
    switch list[0] {
    case RowGate.open: break
    case RowGate.positive:
      for r in 0..<count {
        let y = UnsafeMutablePointer(mutating: targets[r])
        for e in 0..<n { y[e] = V.max(V.zero, y[e]) }
      }
    default:
      let gates = tables.rows + list[0] * tile
      for r in 0..<count {
        let (y, gate) = (UnsafeMutablePointer(mutating: targets[r]), gates[r])
        for e in 0..<n { y[e] = V.select(gate[e] .<= V.zero, V.zero, y[e]) }
      }
    }
  }

  private func sum(_ list: UnsafePointer<Int>, to targets: UnsafePointer<UnsafePointer<V>>, count: Int) {
    let n = L.of(layout.length)
    let terms = list[1]
    if terms == 0 {
      for r in 0..<count {
        let y = UnsafeMutablePointer(mutating: targets[r])
        for e in 0..<n { y[e] = V.zero }
      }
      return
    }
    let (a, u) = term(list, 0)
    let (b, v) = term(list, Swift.min(1, terms - 1))
    let (c, w) = term(list, Swift.min(2, terms - 1))
    switch terms {
    case 1:
      for r in 0..<count {
        let (y, a, u) = (UnsafeMutablePointer(mutating: targets[r]), a[r], u[r])
        for e in 0..<n { y[e] = a * u[e] }
      }
    case 2:
      for r in 0..<count {
        let (y, a, u, b, v) = (UnsafeMutablePointer(mutating: targets[r]), a[r], u[r], b[r], v[r])
        for e in 0..<n { y[e] = V.fma(a, u[e], b * v[e]) }
      }
    default:
      for r in 0..<count {
        let (y, a, u, b, v) = (UnsafeMutablePointer(mutating: targets[r]), a[r], u[r], b[r], v[r])
        let (c, w) = (c[r], w[r])
        for e in 0..<n { y[e] = V.fma(a, u[e], V.fma(b, v[e], c * w[e])) }
      }
    }
    for t in Swift.stride(from: 3, to: terms, by: 1) {
      let (d, x) = term(list, t)
      for r in 0..<count {
        let (y, d, x) = (UnsafeMutablePointer(mutating: targets[r]), d[r], x[r])
        for e in 0..<n { y[e] = V.fma(d, x[e], y[e]) }
      }
    }
  }

  /// Writes the results of the tile, or adds them to the sums.
  private func finish(_ part: Part, counting mask: V.Bits) {
    let n = L.of(layout.length)
    var p = layout.results
    for k in 0..<layout.vectorResults {
      if p[0] != 0 {
        accumulate(p + 1, to: sums + k * n, count: part.count, counting: mask)
      } else {
        part.forRuns { done, group, row, run in
          let first = UnsafePointer(call.lanes(call.inputCount + k, group: group, as: V.self) + row * n)
          for r in 0..<run { (tables.targets + done + r).initialize(to: first + r * n) }
        }
        combine(p + 1, to: tables.targets, count: part.count)
      }
      p += 3 + 2 * p[2]
    }
    let totals = sums + layout.vectorResults * n
    for q in 0..<layout.scalarResults {
      let source = slots + p[1] * tile
      if p[0] != 0 {
        var sum = totals[q]
        for r in 0..<part.count { sum += V.select(mask, source[r], V.zero) }
        totals[q] = sum
      } else {
        let operand = call.inputCount + layout.vectorResults + q
        part.forRuns { done, group, row, run in
          let target = call.lanes(operand, group: group, as: V.self) + row
          for r in 0..<run { target[r] = source[done + r] }
        }
      }
      p += 2
    }
  }

  /// Adds a combination of vectors of the tile's rows, in the lanes of `mask`, to `total`.
  private func accumulate(
    _ list: UnsafePointer<Int>, to total: UnsafeMutablePointer<V>, count: Int, counting mask: V.Bits
  ) {
    let n = L.of(layout.length)
    for t in 0..<list[1] {
      let (c, v) = term(list, t)
      // Four sums at a time stay in registers.
      var e = 0
      while e + 4 <= n {
        let y = total + e
        var (s0, s1, s2, s3) = (y[0], y[1], y[2], y[3])
        for r in 0..<count {
          let (a, x) = (V.select(mask, c[r], V.zero), v[r] + e)
          s0 = V.fma(a, x[0], s0)
          s1 = V.fma(a, x[1], s1)
          s2 = V.fma(a, x[2], s2)
          s3 = V.fma(a, x[3], s3)
        }
        (y[0], y[1], y[2], y[3]) = (s0, s1, s2, s3)
        e += 4
      }
      while e < n {
        var sum = total[e]
        for r in 0..<count { sum = V.fma(V.select(mask, c[r], V.zero), v[r][e], sum) }
        total[e] = sum
        e += 1
      }
    }
  }

  /// Writes the sums over the lanes.
  private func writeSums() {
    let n = L.of(layout.length)
    var p = layout.results
    for k in 0..<layout.vectorResults {
      if p[0] != 0 {
        let y = call.scalars(call.inputCount + k, group: 0, as: V.self)
        for e in 0..<n { y[e] = sums[k * n + e].sum }
      }
      p += 3 + 2 * p[2]
    }
    for q in 0..<layout.scalarResults {
      if p[0] != 0 {
        call.scalars(call.inputCount + layout.vectorResults + q, group: 0, as: V.self)[0] =
          sums[layout.vectorResults * n + q].sum
      }
      p += 2
    }
  }
}

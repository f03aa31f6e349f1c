import GeocKernelABI

/// A row program on rows of the host, read and written where they are: a vector holds numbers of `V.count` rows, and a row
/// is gone through along its length, two vectors at a time.
struct HostRowRun<V: Lanes> {
  typealias Row = UnsafePointer<V.Scalar>

  let call: KernelCall
  let layout: RowLayout
  /// Vectors of numbers in a tile, and rows.
  let tile: Int
  private let tileRows: Int
  /// Where the rows of each vector of the program start.
  private let rows: UnsafeMutablePointer<Row>
  /// Where each row of a result goes.
  private let targets: UnsafeMutablePointer<Row>
  private let numbers: RowNumbers<V>
  /// Vectors of which `sumBlock` takes the sums.
  private let block: UnsafeMutablePointer<V>
  /// The rows of vectors that the program makes on the way.
  private let computed: UnsafeMutablePointer<V.Scalar>
  /// Rows of the host in another scalar type, converted.
  private let converted: UnsafeMutablePointer<V.Scalar>

  init(_ call: KernelCall) {
    self.call = call
    layout = RowLayout(call.sizes)
    tile = layout.hostTile
    tileRows = tile * V.count
    rows = call.scratch.assumingMemoryBound(to: Row.self)
    targets = rows + (layout.vectors + layout.computed) * tileRows
    block = (call.scratch + layout.hostTableBytes).assumingMemoryBound(to: V.self)
    let memory = block + V.count
    let places = UnsafeMutableRawPointer(targets + tileRows).assumingMemoryBound(to: MapRegister<V>.self)
    numbers = RowNumbers(layout, memory, tile: tile, table: places, constants: call.reals)
    computed = UnsafeMutableRawPointer(memory + RowNumbers<V>.count(layout, tile: tile))
      .assumingMemoryBound(to: V.Scalar.self)
    converted = computed + layout.computed * tileRows * layout.length
  }

  /// All rows of the chunk.
  func run() {
    for k in 0..<(layout.computed * tileRows) {
      (rows + layout.vectors * tileRows + k).initialize(to: Row(computed + k * layout.length))
    }
    let total = call.items * layout.rows
    for start in stride(from: 0, to: total, by: tileRows) {
      let count = Swift.min(tileRows, total - start)
      let vectors = (count + V.count - 1) / V.count
      for k in 0..<layout.inputs { locate(k, start, count, vectors * V.count) }
      numbers.run(layout, count: vectors) { a, b, slot in
        multiply(rows + a * tileRows, rows + b * tileRows, to: numbers.slots + slot * tile, vectors)
      } combine: { terms, made in
        combine(terms, to: rows + made * tileRows, vectors * V.count)
      }
      finish(start, count)
    }
  }

  /// Finds rows `start ..< start + count` of input `k`; those that fill the last vector repeat the last one.
  private func locate(_ k: Int, _ start: Int, _ count: Int, _ filled: Int) {
    let operand = call.operands[k]
    let isVector = k < layout.vectors
    let width = isVector ? layout.length : 1
    let (places, values) = (rows + k * tileRows, scalars(slot: k - layout.vectors))
    let stride = layout.uniformStride(k)
    var (item, row) = start.quotientAndRemainder(dividingBy: layout.rows)
    @inline(always)
    func forRows(_ place: (Int, Int, Int) -> Row) {
      if isVector && layout.rows == 1 {
        for i in 0..<count { (places + i).initialize(to: place(i, start + i, 0)) }
        return
      }
      for i in 0..<count {
        let found = place(i, item, (stride.map { row * $0 } ?? layout.offset(k, row)) * width)
        if isVector { (places + i).initialize(to: found) } else { values[i] = found[0] }
        row += 1
        if row == layout.rows { (item, row) = (item + 1, 0) }
      }
    }
    if operand.isRows {
      let source = operand.base.assumingMemoryBound(to: PackCall.self).pointee
      if source.holds(V.Scalar.self) {
        let (numbers, elements) = (source.rows, source.elements)
        let base = source.source.assumingMemoryBound(to: V.Scalar.self)
        forRows { _, item, offset in base + (numbers[item] * elements + offset) }
      } else {
        let copies = converted + k * tileRows * layout.length
        // A number is taken out of its place at once.
        let single = UnsafeMutableRawPointer(block).assumingMemoryBound(to: V.Scalar.self)
        forRows { i, item, offset in
          let copy = isVector ? copies + i * layout.length : single
          convertRow(source, item, first: offset, count: width, into: copy)
          return Row(copy)
        }
      }
    } else {
      let base = Row(operand.base.assumingMemoryBound(to: V.Scalar.self))
      forRows { _, _, offset in base + offset }
    }
    for i in count..<filled { if isVector { places[i] = places[count - 1] } else { values[i] = values[count - 1] } }
  }

  /// The inner products of the rows of two vectors.
  private func multiply(
    _ a: UnsafeMutablePointer<Row>, _ b: UnsafeMutablePointer<Row>, to result: UnsafeMutablePointer<V>, _ vectors: Int
  ) {
    let n = layout.length
    let isSquare = a == b
    for v in 0..<vectors {
      var i = 0
      while i < V.count {
        let r = v * V.count + i
        let (a0, a1) = (a[r], a[r + 1])
        var (s0, s1, t0, t1) = (V.zero, V.zero, V.zero, V.zero)
        var e = 0
        if isSquare {
          while e < n {
            let (x0, x1) = (V.load(a0 + e), V.load(a1 + e))
            let (y0, y1) = (V.load(a0 + e + V.count), V.load(a1 + e + V.count))
            s0 = V.fma(x0, x0, s0)
            s1 = V.fma(x1, x1, s1)
            t0 = V.fma(y0, y0, t0)
            t1 = V.fma(y1, y1, t1)
            e += 2 * V.count
          }
        } else {
          let (b0, b1) = (b[r], b[r + 1])
          while e < n {
            let f = e + V.count
            s0 = V.fma(V.load(a0 + e), V.load(b0 + e), s0)
            s1 = V.fma(V.load(a1 + e), V.load(b1 + e), s1)
            t0 = V.fma(V.load(a0 + f), V.load(b0 + f), t0)
            t1 = V.fma(V.load(a1 + f), V.load(b1 + f), t1)
            e += 2 * V.count
          }
        }
        (block[i], block[i + 1]) = (s0 + t0, s1 + t1)
        i += 2
      }
      let sums = UnsafeMutableRawPointer(result + v).assumingMemoryBound(to: V.Scalar.self)
      V.sumBlock(UnsafeRawPointer(block).assumingMemoryBound(to: V.Scalar.self), sums)
    }
  }

  /// Writes a combination of vectors behind its gate to `targets`.
  private func combine(_ list: UnsafePointer<Int>, to targets: UnsafeMutablePointer<Row>, _ count: Int) {
    sum(list, to: targets, count)
    let n = layout.length
    switch list[0] {
    case RowGate.open: break
    case RowGate.positive:
      for r in 0..<count {
        let y = targets[r]
        write(y, n) { e in V.max(V.zero, V.load(y + e)) }
      }
    default:
      let gates = rows + list[0] * tileRows
      for r in 0..<count {
        let (y, gate) = (targets[r], gates[r])
        write(y, n) { e in V.select(V.load(gate + e) .<= V.zero, V.zero, V.load(y + e)) }
      }
    }
  }

  private func sum(_ list: UnsafePointer<Int>, to targets: UnsafeMutablePointer<Row>, _ count: Int) {
    let (n, terms) = (layout.length, list[1])
    if terms == 0 {
      for r in 0..<count { write(targets[r], n) { _ in V.zero } }
      return
    }
    let (a, u) = term(list, 0)
    if terms == 1 {
      for r in 0..<count {
        let (a, u) = (V.splat(a[r]), u[r])
        write(targets[r], n) { e in a * V.load(u + e) }
      }
      return
    }
    let (b, v) = term(list, 1)
    for r in 0..<count {
      let (a, u, b, v) = (V.splat(a[r]), u[r], V.splat(b[r]), v[r])
      write(targets[r], n) { e in V.fma(a, V.load(u + e), b * V.load(v + e)) }
    }
    for t in stride(from: 2, to: terms, by: 1) {
      let (c, w) = term(list, t)
      for r in 0..<count {
        let (y, c, w) = (targets[r], V.splat(c[r]), w[r])
        write(y, n) { e in V.fma(c, V.load(w + e), V.load(y + e)) }
      }
    }
  }

  /// Writes `n` numbers of a row, two vectors at a time.
  @inline(always)
  private func write(_ target: Row, _ n: Int, _ value: (Int) -> V) {
    let y = UnsafeMutablePointer(mutating: target)
    var e = 0
    while e < n {
      let (x0, x1) = (value(e), value(e + V.count))
      x0.store(y + e)
      x1.store(y + e + V.count)
      e += 2 * V.count
    }
  }

  /// The coefficients and the rows of term `t` of a combination.
  @inline(always)
  private func term(_ list: UnsafePointer<Int>, _ t: Int) -> (UnsafeMutablePointer<V.Scalar>, UnsafeMutablePointer<Row>)
  {
    (scalars(slot: list[2 + 2 * t]), rows + list[3 + 2 * t] * tileRows)
  }

  /// Writes the results of the tile.
  private func finish(_ start: Int, _ count: Int) {
    var p = layout.results
    for k in 0..<layout.vectorResults {
      let first = result(k) + start * layout.length
      for r in 0..<count { (targets + r).initialize(to: Row(first + r * layout.length)) }
      combine(p + 1, to: targets, count)
      p += 3 + 2 * p[2]
    }
    for q in 0..<layout.scalarResults {
      let (values, target) = (scalars(slot: p[1]), result(layout.vectorResults + q) + start)
      for r in 0..<count { target[r] = values[r] }
      p += 2
    }
  }

  private func result(_ k: Int) -> UnsafeMutablePointer<V.Scalar> {
    call.operands[call.inputCount + k].base.assumingMemoryBound(to: V.Scalar.self)
  }

  /// The numbers of a slot, one after the other.
  @inline(always) private func scalars(slot: Int) -> UnsafeMutablePointer<V.Scalar> {
    UnsafeMutableRawPointer(numbers.slots + slot * tile).assumingMemoryBound(to: V.Scalar.self)
  }
}

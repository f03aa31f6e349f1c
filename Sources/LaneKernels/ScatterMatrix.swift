import GeocKernelABI

/// `scatter_matrix`, sizes [F, c, T], reals [k]: x [F,c,T] → k Σ_t (x_t − x̄)(x_t − x̄)ᵀ [F,c,c], exactly symmetric.
///
/// One item after the other, with neighbouring samples in the lanes: a series of the host is never transposed, and only
/// one centred series is ever there, in the cache. Where x is in lanes, a block of samples of each item is brought into
/// rows. Only the finished sums of the items of a register are brought into lanes.
///
/// Samples are centred before they are multiplied, less the mean of an eighth of the first block. It differs from the mean
/// of all T samples by √(T/taken) of their deviation at most, so that what is taken off in the end cannot cancel more than
/// T/taken units in the last place.
enum ScatterMatrix: LaneKernel {
  static var name: String { "scatter_matrix" }

  static func workspace(_ sizes: [Int]) -> Int { ScatterLayout(channels: sizes[1], samples: sizes[2]).scratch }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let layout = ScatterLayout(channels: call.sizes[1], samples: call.sizes[2])
    let fields = call.sizes[0]
    let elements = layout.channels * layout.channels
    for group in 0..<call.groups {
      let y = call.lanes(1, group: group, as: V.self)
      for field in 0..<fields {
        let run = ScatterRun<V>(call, layout, group: group, field: field)
        for block in 0..<layout.blocks { run.add(block) }
        run.finish(into: y + field * elements, scale: call.reals[0])
      }
    }
  }
}

/// One field of the items of a register.
private struct ScatterRun<V: Lanes> {
  typealias Scalars = UnsafeMutablePointer<V.Scalar>

  let call: KernelCall
  let layout: ScatterLayout
  let group: Int
  let field: Int
  /// Lanes with an item of their own.
  let valid: Int
  /// Where x is, unless it is in lanes.
  let host: PackCall?
  /// Centred blocks: one for each lane where x is in lanes, else one.
  let series: Scalars
  /// The products of a strip.
  let strip: UnsafeMutablePointer<V>
  /// The numbers of each item.
  let numbers: Scalars
  /// What is left of each row, in lanes.
  let lanes: UnsafeMutablePointer<V>

  @inline(always) init(_ call: KernelCall, _ layout: ScatterLayout, group: Int, field: Int) {
    self.call = call
    self.layout = layout
    self.group = group
    self.field = field
    valid = call.validLanes(group: group, as: V.self)
    host = call.operands[0].isRows ? call.operands[0].base.assumingMemoryBound(to: PackCall.self).pointee : nil
    strip = call.scratchLanes(as: V.self)
    lanes = strip + 4 * layout.rows
    numbers = UnsafeMutableRawPointer(lanes + layout.rows).assumingMemoryBound(to: V.Scalar.self)
    series = numbers + V.count * layout.numbers
  }

  /// Adds the products of a block of samples.
  @inline(always) func add(_ block: Int) {
    let start = block * layout.block
    let samples = start..<Swift.min(start + layout.block, layout.samples)
    if V.count > 1 && host == nil { unpack(samples) }
    for lane in 0..<valid {
      var next = next(after: lane, steps: (samples.count + V.count - 1) / V.count)
      var result = result(lane)
      multiply(lane, samples, &next, &result)
    }
  }

  /// A sample in the elements of an item.
  @inline(always) private func element(_ channel: Int, _ field: Int, _ sample: Int) -> Int {
    (field * layout.channels + channel) * layout.samples + sample
  }

  /// A row of the series of a lane.
  @inline(always) private func row(_ row: Int, of lane: Int) -> Scalars {
    series + (lane * layout.rows + row) * layout.rowStride
  }

  /// Brings samples from lanes into rows.
  private func unpack(_ samples: Range<Int>) {
    let x = UnsafePointer(call.scalars(0, group: group, as: V.self))
    withUnsafeTemporaryAllocation(of: Scalars?.self, capacity: V.count) { rows in
      guard let rows = rows.baseAddress else { return }
      for channel in 0..<layout.channels {
        for lane in 0..<V.count { (rows + lane).initialize(to: row(layout.repeated + channel, of: lane)) }
        lanesToRows(
          x + element(channel, field, samples.lowerBound) * V.count, samples.count, into: rows, valid: V.count,
          as: V.self)
      }
    }
  }

  /// Samples of the channel of a row, where they are; those of another scalar type are converted, into `converted`.
  @inline(always) private func source(
    _ row: Int, _ lane: Int, _ samples: Range<Int>, converted: Scalars
  ) -> UnsafePointer<V.Scalar> {
    let channel = Swift.max(0, row - layout.repeated)
    let first = element(channel, field, samples.lowerBound)
    if V.count == 1 { return UnsafePointer(call.scalars(0, group: group, as: V.self)) + first }
    guard let host else { return UnsafePointer(self.row(layout.repeated + channel, of: lane)) }
    let item = group * V.count + lane
    if host.holds(V.Scalar.self) { return host.address(item, first).assumingMemoryBound(to: V.Scalar.self) }
    convertRow(host, item, first: first, count: samples.count, into: converted)
    return UnsafePointer(converted)
  }

  /// Adds the products of samples of one item.
  private func multiply(_ lane: Int, _ samples: Range<Int>, _ next: inout Lookahead, _ result: inout Prefetch) {
    let (count, rowStride) = (samples.count, layout.rowStride)
    let isFirst = samples.lowerBound == 0
    let depth = (count + V.count - 1) / V.count * V.count
    let base = row(0, of: host == nil ? lane : 0)
    let products = numbers + lane * layout.numbers
    for s in 0..<layout.strips {
      let x = base + 4 * s * rowStride
      let four = FourRows { source(4 * s + $0, lane, samples, converted: x + $0 * rowStride) }
      let center = products + layout.products + 4 * s
      let rest = center + layout.rows
      if isFirst {
        estimateCenters(of: four, count, to: center, as: V.self)
        for k in 0..<4 { rest[k] = 0 }
      }
      result.advance()
      centreAndMultiply(
        four, less: center, count, into: x, stride: rowStride, products: strip + 16 * s, sums: rest,
        ahead: next.pace)
      next.pass(depth / V.count)
      var r = layout.firstRow(s)
      while r < 4 * s {
        let width = layout.tile(4 * s - r)
        result.advance()
        let y = base + r * rowStride
        if width == 3 {
          multiplyStripByThree(x, y, stride: rowStride, depth: depth, products: strip + 4 * r, ahead: next.pace)
        } else {
          multiplyStripByTwo(x, y, stride: rowStride, depth: depth, products: strip + 4 * r, ahead: next.pace)
        }
        next.pass(depth / V.count)
        r += width
      }
      sumStrip(16 * (s + 1), to: products + layout.start(s), isFirst: isFirst)
    }
  }

  /// Adds the sums over the lanes of the products of a strip.
  @inline(always) private func sumStrip(_ count: Int, to sums: Scalars, isFirst: Bool) {
    let scalars = UnsafeRawPointer(strip).assumingMemoryBound(to: V.Scalar.self)
    if isFirst {
      for k in stride(from: 0, to: count, by: V.count) { V.sumBlock(scalars + k * V.count, sums + k) }
    } else {
      let block = UnsafeMutableRawPointer(lanes).assumingMemoryBound(to: V.Scalar.self)
      for k in stride(from: 0, to: count, by: V.count) {
        V.sumBlock(scalars + k * V.count, block)
        (V.load(UnsafePointer(sums + k)) + V.load(UnsafePointer(block))).store(sums + k)
      }
    }
  }

  /// What is read after a lane's samples of a block, as far as it is one piece, in `steps` steps for each tile.
  @inline(always) private func next(after lane: Int, steps: Int) -> Lookahead {
    guard let host, layout.blocks == 1 else { return .nothing }
    var (item, field) = (group * V.count + lane + 1, field)
    if lane + 1 == valid {
      field += 1
      if field == call.sizes[0] { field = 0 } else { item = group * V.count }
    }
    guard item < host.items else { return .nothing }
    let series = UnsafeRawBufferPointer(
      start: host.address(item, element(0, field, 0)), count: layout.channels * layout.samples * host.scalar.size)
    return Lookahead(series, steps: layout.tiles * steps)
  }

  /// A lane's share of the result.
  @inline(always) private func result(_ lane: Int) -> Prefetch {
    let bytes = layout.channels * layout.channels * MemoryLayout<V>.size
    let y = UnsafeRawPointer(call.lanes(1, group: group, as: V.self)) + field * bytes
    return Prefetch(y + bytes / valid * lane, bytes: bytes / valid, steps: layout.tiles)
  }

  /// Takes the products of what is left of the sums off, scales and mirrors.
  func finish(into y: UnsafeMutablePointer<V>, scale: Double) {
    let rest = lanes
    transpose(layout.products + layout.rows, count: layout.rows, into: rest)
    let (c, factor, share) = (layout.channels, V.constant(scale), V.constant(1 / Double(layout.samples)))
    for s in 0..<layout.strips {
      transpose(layout.start(s), count: 16 * (s + 1), into: strip)
      // All four rows of a column, which are neighbours in the other triangle.
      for column in layout.repeated..<(4 * s + 4) {
        let (j, mean) = (column - layout.repeated, rest[column] * share)
        for row in Swift.max(4 * s, column)..<(4 * s + 4) {
          let i = row - layout.repeated
          let value = V.fnma(mean, rest[row], strip[4 * column + row - 4 * s]) * factor
          y[i * c + j] = value
          y[j * c + i] = value
        }
      }
    }
  }

  /// Numbers `first ..< first + count` of the items, in lanes; lanes beyond the last item repeat it.
  @inline(always) private func transpose(_ first: Int, count: Int, into lanes: UnsafeMutablePointer<V>) {
    withUnsafeTemporaryAllocation(of: UnsafePointer<V.Scalar>?.self, capacity: V.count) { rows in
      guard let rows = rows.baseAddress else { return }
      for lane in 0..<V.count {
        (rows + lane).initialize(to: UnsafePointer(numbers + Swift.min(lane, valid - 1) * layout.numbers + first))
      }
      lanes.withMemoryRebound(to: V.Scalar.self, capacity: count * V.count) {
        rowsToLanes(rows, count, into: $0, as: V.self)
      }
    }
  }
}

import GeocKernelABI

/// An operand of which a kernel reads every row of the batch, not only those of its chunk: its base is the first group.
struct BatchRows<V: Lanes> {
  private let base: UnsafePointer<V.Scalar>
  private let stride: Int

  @inline(always) init(_ call: KernelCall, operand: Int) {
    base = UnsafePointer(call.scalars(operand, group: 0, as: V.self))
    stride = call.stride(operand, as: V.self)
  }

  /// The first number of a row; the next ones are `V.count` apart, and the same number of the next row, where it is in
  /// the same group, follows at once.
  @inline(always) func row(_ row: Int) -> UnsafePointer<V.Scalar> {
    stride == 0 ? base : base + row / V.count * stride + row % V.count
  }

  /// The rows of a block that begins at an even row. Rows beyond the batch are read as others: lanes without an item may
  /// hold anything.
  @inline(always) func block(_ first: Int, of batch: Int) -> GramBlock.Rows<V.Scalar> {
    func pair(_ k: Int) -> UnsafePointer<V.Scalar> { row(first + k < batch ? first + k : first) }
    return (pair(0), pair(2), pair(4), pair(6))
  }

  /// The number of a row, for an operand of one number per row.
  @inline(always) func number(_ row: Int) -> V.Scalar { self.row(row).pointee }
}

extension KernelCall {
  /// The rows of a group of this chunk in an operand that is read over the whole batch.
  @inline(always) func own<V: Lanes>(_ operand: Int, group: Int, as _: V.Type = V.self) -> LaneSource<V> {
    source(operand, group: firstItem / V.count + group, as: V.self)
  }

  /// The index in the batch of the row in each lane; at most 2²⁴ rows keep their numbers in floats.
  @inline(always) func rowNumbers<V: Lanes>(group: Int, modulo: Int, as _: V.Type = V.self) -> V {
    withUnsafeTemporaryAllocation(of: V.Scalar.self, capacity: V.count) { numbers in
      for lane in 0..<V.count { numbers[lane] = V.Scalar(item(group: group, lane: lane, as: V.self) % modulo) }
      guard let base = numbers.baseAddress else { return V.zero }
      return V.load(UnsafePointer(base))
    }
  }

  /// Rows in one view, nil with a fault where the batch does not divide into `views`.
  @inline(always) func rowsPerView(_ views: Int) -> Int? {
    if views > 0, batch % views == 0, batch > views - 1 { return batch / views }
    record(.unevenViews, item: 0, field: 0, value: Double(views))
    return nil
  }
}

/// `other_view`, sizes [n, views, k]: x [n], the whole batch → y [n], the row of the same sample, k views further on.
///
/// Faults: `unevenViews`.
enum OtherView: LaneKernel {
  static var name: String { "other_view" }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let (n, views, further) = (call.sizes[0], call.sizes[1], call.sizes[2])
    guard let rows = call.rowsPerView(views) else { return }
    let x = BatchRows<V>(call, operand: 0)
    for group in 0..<call.groups {
      let y = call.scalars(1, group: group, as: V.self)
      for lane in 0..<V.count {
        let source = x.row((call.item(group: group, lane: lane, as: V.self) + further * rows) % call.batch)
        for e in 0..<n { y[e * V.count + lane] = source[e * V.count] }
      }
    }
  }
}

/// `labelled_share`: mask [1], the whole batch → weight [1] = mask · batch / Σ mask.
///
/// The mean of weight · y over the batch is then the mean of y over the labelled rows. Faults: `noLabelledRow`.
enum LabelledShare: LaneKernel {
  static var name: String { "labelled_share" }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let mask = BatchRows<V>(call, operand: 0)
    var total = V.Scalar.zero
    for row in 0..<call.batch { total += mask.number(row) }
    if total == 0 { call.record(.noLabelledRow, item: 0, field: 0, value: 0) }
    let factor = V.splat(V.Scalar(call.batch) / total)
    for group in 0..<call.groups {
      call.lanes(1, group: group, as: V.self)[0] = call.own(0, group: group, as: V.self)[0] * factor
    }
  }
}

import GeocKernelABI

/// What both contrast kernels read: rows of the batch that attract their positives and repel all other rows.
///
/// sizes [n, distance, label, views], reals [temperature, e, a]. Inputs over the whole batch: x [n], square [1] = ‖x‖²,
/// key [1], weight [1]; then the curvature c [1]. Rows with weight 0 take no part. With label 1 the positives of a row
/// are the others of equal key, with label 0 the other views of its sample. Nothing of the size batch × batch exists:
/// the rows of a group are in the lanes, and all rows of the batch pass by, eight at a time.
private struct ContrastRows<V: Lanes> {
  let n: Int
  let batch: Int
  let rowsPerView: Int
  let isLabel: Bool
  let measure: ContrastMeasure<V>
  let points: BatchRows<V>
  let squares: BatchRows<V>
  let keys: BatchRows<V>
  let weights: BatchRows<V>

  @inline(always) init?(_ call: KernelCall) {
    guard V.count > 1, let rows = call.rowsPerView(call.sizes[3]) else { return nil }
    n = call.sizes[0]
    batch = call.batch
    rowsPerView = rows
    isLabel = call.sizes[2] != 0
    measure = ContrastMeasure(call, isDistance: call.sizes[1] != 0, curvature: 4)
    points = BatchRows(call, operand: 0)
    squares = BatchRows(call, operand: 1)
    keys = BatchRows(call, operand: 2)
    weights = BatchRows(call, operand: 3)
  }

  /// What makes rows positives of each other.
  @inline(always) func key(_ row: Int) -> V {
    isLabel ? V.splat(keys.number(row)) : V.splat(V.Scalar(row % rowsPerView))
  }
  @inline(always) func isMember(_ row: Int) -> Bool { weights.number(row) != 0 }
}

/// The rows of one group of the chunk.
private struct ContrastGroup<V: Lanes> {
  let x: LaneSource<V>
  let square: V
  let weight: V
  let key: V
  /// Index in the batch.
  let number: V

  @inline(always) init(_ call: KernelCall, _ rows: ContrastRows<V>, group: Int) {
    x = call.own(0, group: group, as: V.self)
    square = call.own(1, group: group, as: V.self)[0]
    weight = call.own(3, group: group, as: V.self)[0]
    key =
      rows.isLabel
      ? call.own(2, group: group, as: V.self)[0] : call.rowNumbers(group: group, modulo: rows.rowsPerView, as: V.self)
    number = call.rowNumbers(group: group, modulo: Int.max, as: V.self)
  }
}

/// `contrast`: inputs as in `ContrastRows` → loss [1] = weight · (ln Σ_{j≠i} e^{S_ij} − mean of S_ip over positives p),
/// normalizer [1] = the logarithm, positives [1] = how many.
///
/// S is the similarity divided by the temperature. A row without positive has the loss 0 and the largest number as its
/// normalizer, so that e^{S − normalizer} is 0. Faults: `unevenViews`.
enum Contrast: LaneKernel {
  static var name: String { "contrast" }
  static func workspace(_ sizes: [Int]) -> Int { GramBlock.rows }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    guard let rows = ContrastRows<V>(call) else { return }
    let block = call.scratchLanes(as: V.self)
    let lowest = V.constant(-1e30)
    for group in 0..<call.groups {
      let own = ContrastGroup<V>(call, rows, group: group)
      var (top, sum, attracted, count) = (lowest, V.zero, V.zero, V.zero)
      for first in stride(from: 0, to: rows.batch, by: GramBlock.rows) {
        GramBlock.write(own.x, rows.points.block(first, of: rows.batch), n: rows.n, to: block)
        let before = top
        let end = Swift.min(GramBlock.rows, rows.batch - first)
        for k in 0..<end {
          let row = first + k
          guard rows.isMember(row) else {
            block[k] = lowest
            continue
          }
          let similarity = rows.measure.scaled(block[k], own.square, V.splat(rows.squares.number(row)))
          let isSelf = own.number .== V.splat(V.Scalar(row))
          let isPositive = (own.key .== rows.key(row)) & ~isSelf
          block[k] = V.select(isSelf, lowest, similarity)
          top = V.max(top, block[k])
          attracted += V.select(isPositive, similarity, V.zero)
          count += V.select(isPositive, V.one, V.zero)
        }
        sum *= V.exp(before - top)
        for k in 0..<end { sum += V.exp(block[k] - top) }
      }
      let isActive = (own.weight .!= V.zero) & (count .> V.zero)
      let normalizer = top + V.log(sum)
      call.lanes(5, group: group, as: V.self)[0] = V.select(
        isActive, own.weight * (normalizer - attracted / count), V.zero)
      call.lanes(6, group: group, as: V.self)[0] = V.select(
        isActive, normalizer, V.splat(V.Scalar.greatestFiniteMagnitude))
      call.lanes(7, group: group, as: V.self)[0] = V.select(isActive, count, V.zero)
    }
  }
}

/// `contrast_vjp`: inputs as in `ContrastRows`, then over the whole batch normalizer [1] and dy [1], and of the chunk
/// positives [1] → dx [n] without the part through ‖x‖², dsquare [1], dc [1] (its sum over the batch counts).
///
/// Similarities are computed again. A pair is seen twice, once from each side; each side adds what the pair means for
/// its own point, as anchor and as the other row. Faults: `unevenViews`.
enum ContrastVJP: LaneKernel {
  static var name: String { "contrast_vjp" }
  static func workspace(_ sizes: [Int]) -> Int { GramBlock.rows }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    guard let rows = ContrastRows<V>(call) else { return }
    let block = call.scratchLanes(as: V.self)
    let normalizers = BatchRows<V>(call, operand: 5)
    let cotangents = BatchRows<V>(call, operand: 6)
    for group in 0..<call.groups {
      let own = ContrastGroup<V>(call, rows, group: group)
      let normalizer = call.own(5, group: group, as: V.self)[0]
      let amount = own.weight * call.own(6, group: group, as: V.self)[0]
      let count = call.source(7, group: group, as: V.self)[0]
      let share = V.select(count .> V.zero, V.one / count, V.zero)
      let isMember = own.weight .!= V.zero
      let dx = call.lanes(8, group: group, as: V.self)
      for e in 0..<rows.n { dx[e] = V.zero }
      var (dsquare, dc) = (V.zero, V.zero)
      for first in stride(from: 0, to: rows.batch, by: GramBlock.rows) {
        GramBlock.write(own.x, rows.points.block(first, of: rows.batch), n: rows.n, to: block)
        for k in 0..<GramBlock.rows {
          let row = first + k
          guard row < rows.batch, rows.isMember(row) else {
            block[k] = V.zero
            continue
          }
          let square = V.splat(rows.squares.number(row))
          let similarity = rows.measure.scaled(block[k], own.square, square)
          let isOther = ~(own.number .== V.splat(V.Scalar(row))) & isMember
          let pull = V.select(own.key .== rows.key(row), share, V.zero)
          let asAnchor = amount * (V.exp(similarity - normalizer) - pull)
          let itsAmount = V.splat(rows.weights.number(row) * cotangents.number(row))
          let asOther = itsAmount * (V.exp(similarity - V.splat(normalizers.number(row))) - pull)
          let slope = V.select(isOther, (asAnchor + asOther) * rows.measure.inverseTemperature, V.zero)
          let parts = rows.measure.slopes(slope, block[k], own.square, square)
          block[k] = V.select(isOther, parts.gram, V.zero)
          dsquare += V.select(isOther, parts.square, V.zero)
          dc += V.select(isOther, parts.c, V.zero)
        }
        GramBlock.add(UnsafePointer(block), rows.points.block(first, of: rows.batch), n: rows.n, to: dx)
      }
      call.lanes(9, group: group, as: V.self)[0] = dsquare
      call.lanes(10, group: group, as: V.self)[0] = V.constant(0.5) * dc
    }
  }
}

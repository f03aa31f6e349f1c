import GeocKernelABI

/// Elements of one group of an operand, read as vectors.
protocol ElementSource {
  associatedtype Vector: Lanes
  /// The operand in a group; `Lanes` decides whether its numbers are per lane or shared.
  init(_ call: KernelCall, operand: Int, group: Int)
  subscript(_ index: Int) -> Vector { get }
  func advanced(by count: Int) -> Self
}

/// A batched operand, or any operand when the vector is a single number.
struct LaneElements<Vector: Lanes>: ElementSource {
  let base: UnsafePointer<Vector>

  @inline(always) init(_ base: UnsafePointer<Vector>) { self.base = base }
  @inline(always) init(_ base: UnsafeMutablePointer<Vector>) { self.base = UnsafePointer(base) }
  @inline(always) init(_ call: KernelCall, operand: Int, group: Int) {
    self.init(call.lanes(operand, group: group, as: Vector.self))
  }
  @inline(always) subscript(_ index: Int) -> Vector { base[index] }
  @inline(always) func advanced(by count: Int) -> Self { Self(base + count) }
}

/// An unbatched operand: every number is the same in all lanes.
struct SplatElements<Vector: Lanes>: ElementSource {
  let base: UnsafePointer<Vector.Scalar>

  @inline(always) init(_ base: UnsafePointer<Vector.Scalar>) { self.base = base }
  @inline(always) init(_ call: KernelCall, operand: Int, group: Int) {
    self.init(UnsafePointer(call.scalars(operand, group: group, as: Vector.self)))
  }
  @inline(always) subscript(_ index: Int) -> Vector { .splat(base[index]) }
  @inline(always) func advanced(by count: Int) -> Self { Self(base + count) }
}

extension LaneSource {
  /// Element `start + index`.
  @inline(always) func advanced(by start: Int) -> Self {
    LaneSource(base: base + (V.count > 1 && isBatched ? start * V.count : start), isBatched: isBatched)
  }
}

/// A matrix inside an operand, with any strides.
struct MatrixView<Source: ElementSource> {
  let source: Source
  let rowStride: Int
  let columnStride: Int

  @inline(always) init(_ source: Source, rowStride: Int, columnStride: Int) {
    self.source = source
    self.rowStride = rowStride
    self.columnStride = columnStride
  }

  /// A row-major matrix, or with `isTransposed` the transpose of one.
  @inline(always) init(_ source: Source, columns: Int, isTransposed: Bool = false) {
    self.init(source, rowStride: isTransposed ? 1 : columns, columnStride: isTransposed ? columns : 1)
  }

  @inline(always) subscript(_ row: Int, _ column: Int) -> Source.Vector {
    source[row * rowStride + column * columnStride]
  }
  /// The part that starts at a row and column.
  @inline(always) func from(_ row: Int, _ column: Int) -> Self {
    Self(source.advanced(by: row * rowStride + column * columnStride), rowStride: rowStride, columnStride: columnStride)
  }
  @inline(always) var transposed: Self { Self(source, rowStride: columnStride, columnStride: rowStride) }
}

/// Which field of an operand belongs to a field of the result.
struct FieldMap {
  let div: Int
  let mod: Int

  /// The pair at `sizes[0]` and `sizes[1]`.
  @inline(always) init(_ sizes: UnsafePointer<Int>) {
    div = sizes[0]
    mod = sizes[1]
  }
  @inline(always) func callAsFunction(_ field: Int) -> Int { (field / div) % mod }
}

extension KernelCall {
  /// The item in a lane, as an index in the batch; lanes beyond the chunk's items repeat its last one.
  @inline(always) func item<V: Lanes>(group: Int, lane: Int, as _: V.Type) -> Int {
    firstItem + Swift.min(group * V.count + lane, items - 1)
  }
}

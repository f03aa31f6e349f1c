import GeocKernelABI

/// A kernel: written once over `Lanes`, entered in the table in four instances.
protocol LaneKernel: SendableMetatype {
  /// The name that plans use.
  static var name: String { get }
  /// Processes one chunk. Specialised for each vector type; must not be called from another module.
  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type)
  /// Scratch scalars per lane, for both groups of a chunk together.
  static func workspace(_ sizes: [Int]) -> Int
}

extension LaneKernel {
  static func workspace(_ sizes: [Int]) -> Int { 0 }

  /// The four concrete instances.
  @inline(always) static var set: KernelSet {
    KernelSet(
      name: name,
      f64: { run($0.pointee.divided(for: VectorOfDoubles.self), as: VectorOfDoubles.self) },
      f32: { run($0.pointee.divided(for: VectorOfFloats.self), as: VectorOfFloats.self) },
      single64: { run($0.pointee, as: Double.self) }, single32: { run($0.pointee, as: Float.self) },
      workspace: { workspace($0) })
  }

  /// The instances of a kernel that only works on unbatched values.
  @inline(always) static var unbatchedSet: KernelSet {
    KernelSet(
      name: name, f64: nil, f32: nil,
      single64: { run($0.pointee, as: Double.self) }, single32: { run($0.pointee, as: Float.self) },
      workspace: { workspace($0) })
  }
}

extension KernelCall {
  /// The same call in groups of `V.count` items, where a group of the plan is several vectors, one behind the other.
  ///
  /// Vectors without an item are left out; nobody reads them.
  @inline(always) func divided<V: Lanes>(for _: V.Type) -> KernelCall {
    var call = self
    call.groups = (items + V.count - 1) / V.count
    return call
  }

  /// From one vector group of an operand to the next, in scalars.
  @inline(always) func stride<V: Lanes>(_ operand: Int, as _: V.Type) -> Int {
    // Of a batched operand, elements × the lanes of a group of the plan.
    V.count == 1 ? operands[operand].groupStride : operands[operand].groupStride / V.perGroup
  }

  /// The vectors of one group of a batched operand, or of an unbatched one when `V` is a single number.
  @inline(always) func lanes<V: Lanes>(_ operand: Int, group: Int, as _: V.Type = V.self) -> UnsafeMutablePointer<V> {
    scalars(operand, group: group, as: V.self).withMemoryRebound(to: V.self, capacity: 1) { $0 }
  }

  /// The same memory, scalar by scalar: element `e` of lane `l` is at `e × V.count + l`.
  @inline(always) func scalars<V: Lanes>(
    _ operand: Int, group: Int, as _: V.Type
  ) -> UnsafeMutablePointer<V.Scalar> {
    operands[operand].base.assumingMemoryBound(to: V.Scalar.self) + group * stride(operand, as: V.self)
  }

  /// An input that may be unbatched: its elements are then the same in all lanes.
  @inline(always) func source<V: Lanes>(_ operand: Int, group: Int, as _: V.Type = V.self) -> LaneSource<V> {
    LaneSource(
      base: UnsafePointer(scalars(operand, group: group, as: V.self)), isBatched: operands[operand].isBatched)
  }

  /// How many lanes of a group hold an item of their own; the lanes behind them repeat one.
  @inline(always) func validLanes<V: Lanes>(group: Int, as _: V.Type) -> Int {
    Swift.max(0, Swift.min(V.count, items - group * V.count))
  }

  /// Scratch memory as vectors.
  @inline(always) func scratchLanes<V: Lanes>(as _: V.Type = V.self) -> UnsafeMutablePointer<V> {
    scratch.assumingMemoryBound(to: V.self)
  }

  /// Keeps the first fault.
  @inline(always) func record(_ kind: KernelFault.Kind, item: Int, field: Int, value: Double) {
    fault.pointee.record(kind, item: item, field: field, value: value)
  }
}

/// An input operand in one group, read as vectors whether or not it is batched.
struct LaneSource<V: Lanes> {
  let base: UnsafePointer<V.Scalar>
  let isBatched: Bool

  /// Element `index`.
  @inline(always) subscript(_ index: Int) -> V {
    if V.count > 1 && isBatched {
      return UnsafeRawPointer(base).assumingMemoryBound(to: V.self)[index]
    }
    return .splat(base[index])
  }

  /// The elements from `index` on.
  @inline(always) func dropping(_ index: Int) -> LaneSource<V> {
    LaneSource(base: base + (isBatched ? index * V.count : index), isBatched: isBatched)
  }
}

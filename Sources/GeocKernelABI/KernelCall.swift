/// One operand of a kernel call.
///
/// A batched value is stored `[group][register][element][lane]`: group `g` holds `L` items, 64 bytes of each element, as
/// many in one register as the instruction set has lanes (`LaneTransfer.lanes64`), one in each lane.
/// An unbatched value (parameter, statistic) is stored `[element]`, and is the same for every lane.
/// Rows of a data set are where the host has them, in its own scalar type.
package struct Operand {
  /// First scalar: of the first group of this chunk when batched, of the value when unbatched. For rows that are read, a
  /// `PackCall` whose items are those of this chunk; its `lanes` and `groups` mean nothing. For rows that are written, the
  /// first scalar of the first item's row, those of the other items behind it.
  package var base: UnsafeMutableRawPointer
  /// Distance between two groups in scalars (`elements × L`); 0 marks an unbatched operand, `ofRows` rows.
  package var groupStride: Int

  /// The stride that marks rows of the host.
  package static let ofRows = -1

  /// An operand at `base`, `groupStride` scalars from group to group.
  package init(base: UnsafeMutableRawPointer, groupStride: Int) {
    self.base = base
    self.groupStride = groupStride
  }

  /// Whether each lane holds an item of its own.
  package var isBatched: Bool { groupStride != 0 }
  /// Whether it is rows of the host; only kernels whose request names the operand get such ones.
  package var isRows: Bool { groupStride == Operand.ofRows }
}

/// What went wrong in a kernel, and for which item of the batch.
package struct KernelFault {
  /// 0: nothing; the others are `KernelFault.Kind` raw values.
  package var kind: Int32 = 0
  /// Index of the item in the batch, 0 for an unbatched call.
  package var item: Int32 = 0
  /// Field (channel, matrix) inside the item.
  package var field: Int32 = 0
  /// The offending number: an eigenvalue, a pivot, a class index.
  package var value: Double = 0

  /// No fault.
  package init() {}

  /// The faults a kernel can report.
  package enum Kind: Int32, Sendable {
    /// An eigenvalue outside the domain of the spectral function; `value` is the eigenvalue.
    case eigenvalueOutsideDomain = 1
    /// A Cholesky pivot that is not positive; `value` is the pivot.
    case notPositiveDefinite = 2
    /// A linear system without a solution.
    case singular = 3
    /// An eigensolver that did not converge (the input holds a NaN or an infinity).
    case notConverged = 4
    /// A class index that is not one of the classes; `value` is the index.
    case labelOutOfRange = 5
    /// A batch that does not divide into views; `value` is the number of views.
    case unevenViews = 6
    /// A batch without a labelled row.
    case noLabelledRow = 7
  }

  /// Records a fault unless one is recorded already.
  package mutating func record(_ kind: Kind, item: Int, field: Int, value: Double) {
    guard self.kind == 0 else { return }
    self.kind = kind.rawValue
    self.item = Int32(truncatingIfNeeded: item)
    self.field = Int32(truncatingIfNeeded: field)
    self.value = value
  }
}

/// Everything a kernel needs to process one chunk of the batch, or one unbatched value.
package struct KernelCall {
  /// Inputs, then outputs.
  package var operands: UnsafePointer<Operand>
  /// How many of the operands are inputs.
  package var inputCount: Int
  /// Lane groups in this chunk; 1 for an unbatched call.
  package var groups: Int
  /// Valid items in this chunk, `1...groups × L`. Lanes beyond repeat a valid item; only reductions mask them.
  package var items: Int
  /// Index in the batch of the first item of the chunk.
  package var firstItem: Int
  /// Items in the whole batch.
  package var batch: Int
  /// Integer arguments fixed when the plan is made; each kernel documents its own.
  package var sizes: UnsafePointer<Int>
  /// Real arguments fixed when the plan is made.
  package var reals: UnsafePointer<Double>
  /// Scratch memory of this worker, 64-byte aligned, as many bytes as `KernelSet.workspace` asked for.
  package var scratch: UnsafeMutableRawPointer
  /// Key of the random number generator: the seed of the run.
  package var seed: UInt64
  /// Counter of the random number generator: the training step.
  package var step: UInt64
  /// Where the first fault goes.
  package var fault: UnsafeMutablePointer<KernelFault>
  /// The operands whose values wait in the arena of the batch, a bit each: the memory of the next group is not in the
  /// caches, and that of the chunk behind this one follows.
  package var distant: UInt = 0
  /// Which share of an unbatched call this is, from 0, where several workers make it together.
  package var part = 0
  /// How many shares there are.
  package var parts = 1

  /// The share of this call in `count` pieces of work.
  package func share(of count: Int) -> Range<Int> { part * count / parts..<(part + 1) * count / parts }

  /// All fields, in order.
  package init(
    operands: UnsafePointer<Operand>, inputCount: Int, groups: Int, items: Int, firstItem: Int, batch: Int,
    sizes: UnsafePointer<Int>, reals: UnsafePointer<Double>, scratch: UnsafeMutableRawPointer, seed: UInt64,
    step: UInt64, fault: UnsafeMutablePointer<KernelFault>
  ) {
    self.operands = operands
    self.inputCount = inputCount
    self.groups = groups
    self.items = items
    self.firstItem = firstItem
    self.batch = batch
    self.sizes = sizes
    self.reals = reals
    self.scratch = scratch
    self.seed = seed
    self.step = step
    self.fault = fault
  }
}

/// The entry point of a kernel.
package typealias KernelFunction = @Sendable (UnsafePointer<KernelCall>) -> Void

/// One kernel in its four instances: lanes or a single value, f64 or f32.
package struct KernelSet: Sendable {
  /// The name that plans use.
  package var name: String
  /// 8 lanes of Double; nil for a kernel that only works on unbatched values.
  package var f64: KernelFunction?
  /// 16 lanes of Float.
  package var f32: KernelFunction?
  /// One Double: unbatched values.
  package var single64: KernelFunction
  /// One Float: unbatched values.
  package var single32: KernelFunction
  /// Scratch *scalars per lane* (multiplied by lanes and scalar size by the caller, for two groups at most),
  /// from the sizes of the call.
  package var workspace: @Sendable (_ sizes: [Int]) -> Int
  /// Scratch scalars of an unbatched call that gathers the batch, from its sizes and the items of the batch.
  package var batchWorkspace: (@Sendable (_ sizes: [Int], _ batch: Int) -> Int)?
  /// Whether several workers may make one unbatched call together, each its share of it (`KernelCall.share`), with the
  /// same results as one alone.
  package var isDivisible = false
  /// Whether the results of a kernel that reduces the batch are combined over chunks by their maximum; else they are
  /// added.
  package var takesMaximum = false
  /// Outputs that a call may leave unwritten, where another one says that they mean nothing.
  package var unwritten: Set<Int> = []

  /// All fields, in order.
  package init(
    name: String, f64: KernelFunction?, f32: KernelFunction?, single64: @escaping KernelFunction,
    single32: @escaping KernelFunction, workspace: @escaping @Sendable (_ sizes: [Int]) -> Int = { _ in 0 }
  ) {
    self.name = name
    self.f64 = f64
    self.f32 = f32
    self.single64 = single64
    self.single32 = single32
    self.workspace = workspace
  }

  /// The same kernel with results that are combined over chunks by their maximum.
  package var takingMaximum: KernelSet {
    var copy = self
    copy.takesMaximum = true
    return copy
  }

  /// The same kernel, which may leave outputs unwritten.
  package func leavingUnwritten(_ outputs: Set<Int>) -> KernelSet {
    var copy = self
    copy.unwritten = outputs
    return copy
  }

  /// The same kernel, divisible.
  package var divisible: KernelSet {
    var copy = self
    copy.isDivisible = true
    return copy
  }
}

/// Items of one group, by scalar type: 512 bits, in one register or in several.
package enum LaneWidth {
  /// Doubles in a group.
  package static let f64 = 8
  /// Floats in a group.
  package static let f32 = 16
  /// Groups in a chunk at most: kernels interleave two to hide latency.
  package static let groupsPerChunk = 2
}

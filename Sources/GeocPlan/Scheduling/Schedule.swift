import GeocIR

/// How one function of a plan is executed: steps in regions, and the memory between them.
///
/// A schedule does not depend on the batch size; `Layout` gives offsets for it, the runtime multiplies by the batch.
package struct Schedule: Codable, Hashable, Sendable {
  /// Name of the function it executes.
  package var function: String
  /// Scalar type of all values.
  package var dtype: DType
  /// Pieces of memory.
  package var slots: [Slot]
  /// All steps, in the order of execution.
  package var steps: [Step]
  /// Consecutive ranges of `steps`, in the order of execution.
  package var regions: [Region]
  /// For each result of the function the slot of an unbatched value, -1 for a batched one (an `unpack` step writes it).
  package var results: [Int]

  /// A schedule by its parts.
  package init(
    function: String, dtype: DType, slots: [Slot], steps: [Step], regions: [Region], results: [Int]
  ) {
    self.function = function
    self.dtype = dtype
    self.slots = slots
    self.steps = steps
    self.regions = regions
    self.results = results
  }

  /// Whether it differs from `other` in the name of its function only.
  func isTwin(of other: Schedule) -> Bool {
    var copy = self
    copy.function = other.function
    return copy == other
  }

  /// Where a slot lives.
  package enum Storage: String, Codable, Hashable, Sendable, CaseIterable {
    /// The host's buffer of an unbatched parameter; only regions of kind `update` write it.
    case parameter
    /// The host's rows of a batched parameter, in the scalar type of the data; read only.
    case rows
    /// The host's rows of a batched result; written once, never read.
    case results
    /// Unbatched, computed once for a batch size and kept.
    case constant
    /// Unbatched, shared by the workers.
    case single
    /// Batched, for the whole batch: the value crosses regions.
    case batch
    /// Batched, for one chunk, a copy per worker: the value stays inside its region.
    case chunk
  }

  /// A piece of memory that holds one value at a time.
  package struct Slot: Codable, Hashable, Sendable {
    /// Scalars per item (batched) or altogether.
    package var elements: Int
    /// Where it lives.
    package var storage: Storage
    /// Parameter of the function, for storage `parameter` and `rows`, result for `results`; -1 otherwise.
    package var parameter: Int
    /// First step (storage `chunk`) or region (others) in which it is alive.
    package var first: Int
    /// Last step or region, inclusive; `regions.count` for a value that is read after the run.
    package var last: Int

    /// A slot by its parts.
    package init(elements: Int, storage: Storage, parameter: Int = -1, first: Int, last: Int) {
      self.elements = elements
      self.storage = storage
      self.parameter = parameter
      self.first = first
      self.last = last
    }

    /// Whether it holds a value per item.
    package var isBatched: Bool { storage == .batch || storage == .chunk || storage == .rows || storage == .results }
    /// Whether it is memory of the host, not of the schedule.
    package var isOfHost: Bool { storage == .parameter || storage == .rows || storage == .results }
  }

  /// What a step does.
  package enum StepKind: String, Codable, Hashable, Sendable {
    /// Calls a kernel.
    case kernel
    /// Brings rows of a batched parameter into lanes.
    case pack
    /// Brings lanes to the rows of a result.
    case unpack
  }

  /// One unit of work on a chunk, or on unbatched values.
  package struct Step: Codable, Hashable, Sendable {
    /// What it does.
    package var kind: StepKind
    /// The node (kernel), parameter (pack) or result (unpack) it belongs to.
    package var index: Int
    /// Name in the kernel table; empty for pack and unpack.
    package var kernel: String
    /// Integer arguments of the kernel. Not written to plan files: they follow from the node.
    package var sizes: [Int] = []
    /// Real arguments of the kernel. Not written to plan files: they follow from the node.
    package var reals: [Double] = []
    /// Inputs, by position, of which every item is read for each chunk, or in a wave. Not written to plan files either.
    package var wholeBatch: [Int] = []
    /// Slots read.
    package var inputs: [Int]
    /// Slots written.
    package var outputs: [Int]
    /// Whether the batch is summed away: to outputs that are unbatched each task contributes a partial sum.
    package var reducesBatch: Bool
    /// Floating-point operations for one item; an estimate for balancing threads.
    package var cost: Int

    private enum CodingKeys: String, CodingKey {
      case kind, index, kernel, inputs, outputs, reducesBatch, cost
    }

    /// A step by its parts.
    package init(
      kind: StepKind, index: Int, kernel: String = "", sizes: [Int] = [], reals: [Double] = [],
      wholeBatch: [Int] = [], inputs: [Int] = [], outputs: [Int] = [], reducesBatch: Bool = false, cost: Int = 0
    ) {
      self.kind = kind
      self.index = index
      self.kernel = kernel
      self.sizes = sizes
      self.reals = reals
      self.wholeBatch = wholeBatch
      self.inputs = inputs
      self.outputs = outputs
      self.reducesBatch = reducesBatch
      self.cost = cost
    }
  }

  /// How the steps of a region relate.
  package enum RegionKind: String, Codable, Hashable, Sendable {
    /// Unbatched steps without inputs that change, independent or in order: run once for each batch size.
    case constant
    /// Unbatched steps that are independent of each other.
    case wave
    /// Steps on batched values: all of them, one after the other, for each chunk.
    case chunked
    /// Unbatched steps that are independent of each other and write over parameters: run when the run is committed, behind
    /// all others.
    case update
  }

  /// A range of steps that starts when the region before it has ended.
  package struct Region: Codable, Hashable, Sendable {
    /// How its steps relate.
    package var kind: RegionKind
    /// First step.
    package var start: Int
    /// Step after the last.
    package var end: Int

    /// A region by its parts.
    package init(kind: RegionKind, start: Int, end: Int) {
      self.kind = kind
      self.start = start
      self.end = end
    }
  }
}

/// Why a function cannot be scheduled: a mistake of the compiler or of a plan file, never of a spec.
package struct ScheduleProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, lower case, naming the node.
  package var description: String

  /// A problem with a description.
  package init(_ description: String) { self.description = description }
}

import GeocDiagnostics
import GeocIR
import GeocKernelABI
import GeocKernels
import GeocPlan
import GeocTensorFiles
import GeocThreads
import Glibc

/// Samples for one run.
package struct Batch: Sendable {
  /// Batched inputs by name.
  package var columns: [String: HostArray]
  /// Rows of the columns, one per item of the batch.
  package private(set) var rows: [Int]
  /// The first and the last of the rows in the columns; nil without rows.
  private(set) var span: ClosedRange<Int>?
  /// Columns made for this batch, one row per item, that stand for those of `columns`.
  package var made: [String: HostArray] = [:]

  /// Some rows of some columns.
  package init(columns: [String: HostArray] = [:], rows: [Int]) {
    self.columns = columns
    self.rows = rows
    span = Self.span(rows)
  }

  /// Takes other rows, in the memory of the ones before.
  mutating func replaceRows(_ new: ArraySlice<Int>) {
    rows.removeAll(keepingCapacity: true)
    rows.append(contentsOf: new)
    span = Self.span(rows)
  }

  private static func span(_ rows: [Int]) -> ClosedRange<Int>? {
    guard var low = rows.first else { return nil }
    var high = low
    for row in rows { (low, high) = (min(low, row), max(high, row)) }
    return low...high
  }
}

/// A function of a plan, ready to run any number of times on batches of any size.
///
/// The same inputs give the same bits for every number of workers. After the first run with the largest batch nothing
/// is allocated. Not for use by two threads at once.
package final class Executable: @unchecked Sendable {
  /// The function.
  package let function: Function
  /// How it is executed.
  package var schedule: Schedule { program.schedule }
  /// Where its unbatched parameters live.
  package let store: ParameterStore
  /// Whether steps are timed.
  package var isProfiling = false
  let program: Program
  let pool: ThreadPool
  let workers: [Worker]
  let resultShapes: [[Int]]
  let parameterShapes: [[Int]]
  let packRows: @Sendable (UnsafePointer<PackCall>) -> Void
  let unpackRows: @Sendable (UnsafePointer<UnpackCall>) -> Void
  /// Items in a register: `LaneTransfer.lanes64` or `lanes32`.
  let registerLanes: Int
  var bound: Layout.Bound
  /// What the threads of the pool share; nil while they wait.
  var shared: Share?
  /// The call of `runShare` that they make: kept, because a new closure in every region would ask for memory.
  private(set) lazy var work: @Sendable (Int) -> Void = { [unowned self] w in runShare(w) }
  /// Runs of each kind since the start, for the profile.
  var runs = 0

  var batchArena: AlignedMemory
  let singles: AlignedMemory
  let constants: AlignedMemory
  var partials: AlignedMemory
  var outputs: [HostArray?]
  /// 0, 1, … for every item of the batch.
  var itemNumbers: [Int] = []
  /// Columns by parameter, for the run that is going on.
  let columns: UnsafeMutableBufferPointer<Column>
  /// Operands in the batch arena: where they start and how far it is to the next chunk, by step.
  let patches: UnsafeMutableBufferPointer<Patch>
  let patchStarts: [Int]
  private var updates: [Update] = []
  private var knowsUpdates = false
  private var staging: AlignedMemory
  /// Batched parameters that are read.
  let read: [Int]
  /// Those of them that kernels read as rows.
  let rowParameters: [Int]

  /// A source of rows.
  struct Column {
    var base: UnsafeRawPointer
    var scalar: RowScalar
    /// Scalars per row.
    var elements = 0
    /// Whether it has one row per item of the batch.
    var isMade = false
  }

  /// A result that replaces a value of the store.
  private struct Update {
    var source: UnsafeRawPointer
    var target: UnsafeMutableRawPointer
    var byteCount: Int
    /// Whether the source is a value of the store, which is copied aside first.
    var isFromStore: Bool
    /// Where aside.
    var staged: Int
  }

  /// An operand that moves from chunk to chunk.
  struct Patch {
    var operand: Int
    var base: UnsafeMutableRawPointer
    var stride: Int
  }

  /// Prepares `schedule` of `function`. Parameters are declared in `store`. Throws E0404 for a schedule that names an
  /// unknown kernel, E0516 when the store has another shape, E0408.
  package init(
    _ function: Function, _ schedule: Schedule, spaces: SpaceTable, store: ParameterStore, pool: ThreadPool,
    kernels: KernelLibrary? = nil
  ) throws(GeocError) {
    self.function = function
    self.store = store
    self.pool = pool
    let library: KernelLibrary
    if let kernels { library = kernels } else { library = try KernelLibrary.installed() }
    packRows = schedule.dtype == .f64 ? library.transfer.pack64 : library.transfer.pack32
    unpackRows = schedule.dtype == .f64 ? library.transfer.unpack64 : library.transfer.unpack32
    registerLanes = schedule.dtype == .f64 ? library.transfer.lanes64 : library.transfer.lanes32
    let program = try Program(schedule, workers: pool.count, kernels: library)
    self.program = program
    let layout = program.layout
    bound = layout.bind(batch: 0)
    rowParameters = Set(schedule.slots.filter { $0.storage == .rows }.map(\.parameter)).sorted()
    read = Set(schedule.steps.filter { $0.kind == .pack }.map(\.index)).union(rowParameters).sorted()
    resultShapes = function.results.map { spaces.shape(function.type($0.value)) }
    parameterShapes = function.parameters.map { spaces.shape(function.type($0.value)) }
    for (p, shape) in zip(function.parameters, parameterShapes) where !function.type(p.value).isBatched {
      try store.declare(p.name, shape: shape)
    }
    var workers: [Worker] = []
    for _ in 0..<pool.count {
      workers.append(
        try Worker(
          operandCount: program.operandCount, stepCount: schedule.steps.count, rowCount: rowParameters.count,
          chunkBytes: bound.chunkBytes, scratchBytes: program.scratchBytes,
          sumBytes: layout.partialElements * layout.scalarSize))
    }
    self.workers = workers
    batchArena = try AlignedMemory(byteCount: 0)
    partials = try AlignedMemory(byteCount: 0)
    staging = try AlignedMemory(byteCount: 0)
    singles = try AlignedMemory(byteCount: layout.singleElements * layout.scalarSize)
    constants = try AlignedMemory(byteCount: layout.constantElements * layout.scalarSize)
    outputs = [HostArray?](repeating: nil, count: function.results.count)
    columns = .allocate(capacity: function.parameters.count + 1)
    columns.initialize(repeating: Column(base: UnsafeRawPointer(singles.base), scalar: .f64))
    var starts: [Int] = []
    var moving = 0
    for step in schedule.steps {
      starts.append(moving)
      moving += (step.inputs + step.outputs).enumerated().count { Self.moves($0.element, $0.offset, step, schedule) }
    }
    patchStarts = starts + [moving]
    patches = .allocate(capacity: moving + 1)
    patches.initialize(repeating: Patch(operand: 0, base: singles.base, stride: 0))
  }

  deinit {
    columns.deallocate()
    patches.deallocate()
  }

  /// Whether operand `o` of a step moves on with the chunk: it lies in the batch arena or in the rows of a result. One that
  /// is read over the whole batch stays at its first group.
  static func moves(_ slot: Int, _ o: Int, _ step: Schedule.Step, _ schedule: Schedule) -> Bool {
    let storage = schedule.slots[slot].storage
    return storage == .results || (storage == .batch && !step.wholeBatch.contains(o))
  }

  /// Runs the function on a batch. `seed` and `step` are the key and counter of random numbers. With `checksValues`
  /// every result of every step is looked through, and the first NaN or infinity is an error.
  ///
  /// Throws E0507 and E0511 for columns that do not fit, E0505 for a missing one, E0601 to E0606 for what kernels
  /// report, E0602 for a value that is not finite, E0408.
  package func run(_ batch: Batch, seed: UInt64 = 0, step: UInt64 = 0, checksValues: Bool = false) throws(GeocError) {
    let items = max(1, batch.rows.count)
    try bindColumns(batch)
    let isNewSize = bound.batch != items
    if isNewSize { try bind(items) }
    for worker in workers {
      worker.clearFaults()
      worker.setRandom(seed: seed, step: step)
    }
    runs += 1
    let failed = itemNumbers.withUnsafeBufferPointer { numbers -> Int? in
      batch.rows.withUnsafeBufferPointer { rows -> Int? in
        // There is at least one item, though a function without batched inputs has no row for it.
        guard let items = numbers.baseAddress else { return 0 }
        let job = Job(
          rows: rows.baseAddress ?? items, items: items, checksValues: checksValues, isProfiling: isProfiling)
        for r in program.regions.indices {
          switch program.regions[r].kind {
          case .constant: if isNewSize { runInOrder(r, job) }
          case .wave: runWave(r, job)
          case .chunked: runChunked(r, job)
          case .update: break
          }
          for worker in workers where worker.faultStep >= 0 || worker.notFinite != nil { return r }
        }
        return nil
      }
    }
    if failed != nil {
      // Constants may not have been computed.
      bound = program.layout.bind(batch: 0)
      throw GeocError(fault(batch))
    }
  }

  private func bindColumns(_ batch: Batch) throws(GeocError) {
    for k in read {
      let p = function.parameters[k]
      let made = batch.made[p.name]
      guard let column = made ?? batch.columns[p.name] else {
        throw GeocError(Diagnostic(.data.missingArray, "input '\(p.name)' is not given", item: p.name))
      }
      guard column.elements == parameterShapes[k].reduce(1, *) else {
        throw GeocError(
          Diagnostic(
            .data.shape, "input '\(p.name)' has samples of shape \(column.rowShape), expected \(parameterShapes[k])",
            item: p.name))
      }
      guard let span = batch.span else {
        throw GeocError(Diagnostic(.data.emptySplit, "there are no samples to run '\(function.name)' on"))
      }
      guard made.map({ $0.rowCount >= batch.rows.count }) ?? (span.lowerBound >= 0 && span.upperBound < column.rowCount)
      else {
        throw GeocError(
          Diagnostic(
            .data.indexOutOfRange,
            "row \(span.lowerBound < 0 ? span.lowerBound : span.upperBound) of input '\(p.name)', which has \(column.rowCount) rows",
            item: p.name))
      }
      columns[k] = Column(
        base: UnsafeRawPointer(column.memory.base), scalar: column.scalar, elements: column.elements,
        isMade: made != nil)
    }
  }

  /// Result `name` of the last run: `[batch] + shape` or `shape`. Nil when there is no such result or no run.
  package func result(_ name: String) -> Tensor? {
    guard let k = function.results.firstIndex(where: { $0.name == name }) else { return nil }
    guard let place = unbatchedResult(k) else { return try? outputs[k]?.tensor(rows: bound.batch) }
    let dtype: TensorDType = schedule.dtype == .f64 ? .f64 : .f32
    guard let info = try? TensorInfo(dtype: dtype, shape: resultShapes[k]) else { return nil }
    return try? Tensor(info: info, bytes: [UInt8](UnsafeRawBufferPointer(start: place, count: info.byteCount)))
  }

  /// An unbatched result of one number; NaN when there is no such result.
  package func number(_ name: String) -> Double {
    guard let k = function.results.firstIndex(where: { $0.name == name }), let place = unbatchedResult(k) else {
      return .nan
    }
    return schedule.dtype == .f64 ? place.load(as: Double.self) : Double(place.load(as: Float.self))
  }

  /// A batched result of the last run, without copying it: the first rows are valid, one per item.
  package func rows(_ name: String) -> HostArray? {
    function.results.firstIndex { $0.name == name }.flatMap { outputs[$0] }
  }

  /// Brings the new parameters, statistics and moments of the last run into the store. Throws E0516, E0408.
  package func commit() throws(GeocError) {
    if !knowsUpdates { try prepareUpdates() }
    // A source in the store may itself be about to be replaced.
    for u in updates where u.isFromStore { memcpy(staging.base + u.staged, u.source, u.byteCount) }
    updateInPlace()
    for u in updates {
      memcpy(u.target, u.isFromStore ? UnsafeRawPointer(staging.base + u.staged) : u.source, u.byteCount)
    }
  }

  /// Lets the last run write those results that stand in the place of parameters: until then they have the old values.
  func updateInPlace() {
    itemNumbers.withUnsafeBufferPointer { numbers in
      guard let items = numbers.baseAddress else { return }
      let job = Job(rows: items, items: items, checksValues: false, isProfiling: isProfiling)
      for r in program.regions.indices where program.regions[r].kind == .update { runWave(r, job) }
    }
  }

  /// Where results go in the store, once and for all: its buffers never move.
  private func prepareUpdates() throws(GeocError) {
    var found: [Update] = []
    var staged = 0
    for (k, result) in function.results.enumerated() {
      guard let name = result.storeName, let place = unbatchedResult(k) else { continue }
      try store.declare(name, shape: resultShapes[k])
      guard let target = store.memory(name), target.base != place else { continue }
      let isFromStore = schedule.slots[schedule.results[k]].storage == .parameter
      let byteCount = resultShapes[k].reduce(1, *) * program.layout.scalarSize
      found.append(
        Update(
          source: UnsafeRawPointer(place), target: target.base, byteCount: byteCount, isFromStore: isFromStore,
          staged: staged))
      if isFromStore { staged += byteCount }
    }
    staging = try AlignedMemory(byteCount: staged)
    updates = found
    knowsUpdates = true
  }
}

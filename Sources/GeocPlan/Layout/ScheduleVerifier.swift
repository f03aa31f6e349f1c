import GeocIR
import GeocKernelABI

/// Checks a schedule against the function it claims to execute, without trusting how it was made.
///
/// The run is simulated on names of values: every slot remembers the value it holds, every step must find in its input
/// slots the values that its node reads.
package struct ScheduleVerifier {
  private let function: Function
  private let schedule: Schedule
  private let flow: FlowAnalysis
  private let kernel: (String) -> KernelSet?
  /// Root value in every slot, -1 for none.
  private var content: [Int]
  /// Slots whose partial sums are not added up before the region ends.
  private var pending: Set<Int> = []
  /// Slots written in the region that goes on: no step of it may read them over the whole batch.
  private var fresh: Set<Int> = []
  /// Slots that a step of the region that goes on reads over the whole batch: no step of it may write them.
  private var whole: Set<Int> = []
  private var done: Set<Int> = []
  private var unpacked: Set<Int> = []

  /// The first mistake found, or nil. `kernel` looks a kernel up by name.
  package static func problem(
    _ schedule: Schedule, _ function: Function, registry: OpRegistry, dtype: DType, kernel: (String) -> KernelSet?
  ) -> String? {
    do {
      return try problem(schedule, FlowAnalysis(function, registry), dtype, kernel)
    } catch {
      return "\(error)"
    }
  }

  /// A schedule as it is read from a file, completed with the arguments of its kernels and checked. Throws
  /// `ScheduleProblem` for the first mistake.
  static func completed(
    _ schedule: Schedule, _ function: Function, registry: OpRegistry, dtype: DType, kernel: (String) -> KernelSet?
  ) throws -> Schedule {
    let flow = try FlowAnalysis(function, registry)
    var complete = schedule
    for (k, step) in schedule.steps.enumerated() where step.kind == .kernel && flow.work.indices.contains(step.index) {
      complete.steps[k].sizes = flow.work[step.index].request.sizes
      complete.steps[k].reals = flow.work[step.index].request.reals
      complete.steps[k].wholeBatch = flow.work[step.index].request.wholeBatch
    }
    if let problem = try problem(complete, flow, dtype, kernel) { throw ScheduleProblem(problem) }
    return complete
  }

  private static func problem(
    _ schedule: Schedule, _ flow: FlowAnalysis, _ dtype: DType, _ kernel: (String) -> KernelSet?
  ) throws -> String? {
    guard schedule.dtype == dtype else { return "the schedule is for \(schedule.dtype.rawValue)" }
    try withoutActuallyEscaping(kernel) { kernel in
      var verifier = ScheduleVerifier(flow.function, schedule, flow, kernel)
      try verifier.run()
    }
    let layout = Layout(schedule)
    guard layout.totalElements <= Layout.mostElements else {
      return "the schedule needs more memory than a machine has"
    }
    return layout.overlaps(schedule).first
  }

  private init(
    _ function: Function, _ schedule: Schedule, _ flow: FlowAnalysis, _ kernel: @escaping (String) -> KernelSet?
  ) {
    self.function = function
    self.schedule = schedule
    self.flow = flow
    self.kernel = kernel
    content = [Int](repeating: -1, count: schedule.slots.count)
  }

  private func check(_ condition: Bool, _ message: @autoclosure () -> String) throws {
    if !condition { throw ScheduleProblem("the schedule of @\(function.name) is not valid: \(message())") }
  }

  private mutating func run() throws {
    try check(schedule.function == function.name, "it belongs to @\(schedule.function)")
    try checkSlots()
    var next = 0
    var hasChanged = false
    for (r, region) in schedule.regions.enumerated() {
      try check(
        region.start == next && region.end >= region.start && region.end <= schedule.steps.count,
        "region \(r) covers the steps \(region.start)..<\(region.end), expected from \(next)")
      next = region.end
      try check(region.kind != .constant || !hasChanged, "region \(r) computes constants too late")
      hasChanged = hasChanged || region.kind != .constant
      if region.kind == .wave || region.kind == .update { try checkIndependence(r, region) }
      try check(
        region.kind != .update || r == schedule.regions.count - 1, "region \(r) updates parameters that others may read"
      )
      for k in region.start..<region.end { try step(k, r, region.kind) }
      if region.kind == .chunked { forgetChunkMemory() }
      pending = []
      fresh = []
      whole = []
    }
    try check(next == schedule.steps.count, "\(schedule.steps.count - next) steps are in no region")
    try checkResults()
    for k in flow.live { try check(done.contains(k), "node \(k) '\(function.nodes[k].op)' is never computed") }
  }

  private mutating func checkSlots() throws {
    for (k, slot) in schedule.slots.enumerated() {
      try check(slot.elements > 0 && slot.elements <= 1 << 40, "slot \(k) has \(slot.elements) elements")
      let end = slot.storage == .chunk ? schedule.steps.count - 1 : schedule.regions.count
      try check(
        slot.first >= 0 && slot.first <= slot.last && slot.last <= end,
        "slot \(k) is alive from \(slot.first) through \(slot.last)")
      if slot.storage == .results {
        try check(function.results.indices.contains(slot.parameter), "slot \(k) names result \(slot.parameter)")
        let root = flow.root[function.results[slot.parameter].value.index]
        try check(flow.isBatched(root) && slot.elements == flow.elements[root], "slot \(k) does not fit its result")
        continue
      }
      guard slot.isOfHost else {
        try check(slot.parameter == -1, "slot \(k) names a parameter")
        if slot.storage == .constant {
          try check(
            slot.first == 0 && slot.last == schedule.regions.count, "constant slot \(k) is not kept for the run")
        }
        continue
      }
      try check(function.parameters.indices.contains(slot.parameter), "slot \(k) names parameter \(slot.parameter)")
      let parameter = function.parameters[slot.parameter]
      try check(
        slot.storage == .rows || content.firstIndex(of: parameter.value.index) == nil,
        "two slots are parameter \(slot.parameter)")
      try check(
        function.type(parameter.value).isBatched == (slot.storage == .rows),
        "slot \(k) reads a batched parameter without packing it")
      try check(slot.elements == flow.elements[parameter.value.index], "slot \(k) has a wrong size")
      content[k] = parameter.value.index
    }
  }

  private func checkIndependence(_ r: Int, _ region: Schedule.Region) throws {
    var written: Set<Int> = []
    var readers: [Int: Int] = [:]
    for k in region.start..<region.end {
      for slot in Set(schedule.steps[k].inputs) { readers[slot, default: 0] += 1 }
      for slot in schedule.steps[k].outputs {
        try check(written.insert(slot).inserted, "two steps of region \(r) write slot \(slot)")
      }
    }
    for k in region.start..<region.end {
      let own = Set(schedule.steps[k].inputs)
      for slot in schedule.steps[k].outputs {
        try check(
          (readers[slot] ?? 0) == (own.contains(slot) ? 1 : 0), "slot \(slot) is read and written in region \(r)")
      }
    }
  }

  private mutating func step(_ k: Int, _ region: Int, _ kind: Schedule.RegionKind) throws {
    let step = schedule.steps[k]
    for slot in step.inputs + step.outputs {
      try check(schedule.slots.indices.contains(slot), "step \(k) names slot \(slot)")
      let piece = schedule.slots[slot]
      let time = piece.storage == .chunk ? k : region
      try check(piece.first <= time && time <= piece.last, "step \(k) uses slot \(slot) outside its life")
      try check(
        !piece.isBatched || kind == .chunked || (kind == .wave && isGathered(slot, by: step)),
        "step \(k) uses batched slot \(slot) in an unbatched region")
      if piece.storage == .chunk {
        let bounds = schedule.regions[region]
        try check(
          piece.first >= bounds.start && piece.last < bounds.end, "chunk slot \(slot) is alive outside region \(region)"
        )
      }
    }
    for slot in step.outputs {
      let storage = schedule.slots[slot].storage
      try check(
        kind == .update ? isReplaced(slot, by: step) : storage != .parameter && storage != .rows,
        "step \(k) writes a parameter")
      try check(
        (storage == .constant) == (kind == .constant), "step \(k) writes slot \(slot) in a region of another kind")
    }
    switch step.kind {
    case .kernel: try kernelStep(k, step, kind)
    case .pack:
      try check(kind == .chunked && step.inputs.isEmpty && step.outputs.count == 1, "step \(k) is no pack")
      try check(function.parameters.indices.contains(step.index), "step \(k) packs parameter \(step.index)")
      let root = function.parameters[step.index].value.index
      try check(flow.isBatched(root), "step \(k) packs an unbatched parameter")
      try write(step.outputs[0], root, k)
    case .unpack:
      try check(kind == .chunked && step.outputs.isEmpty && step.inputs.count == 1, "step \(k) is no unpack")
      try check(function.results.indices.contains(step.index), "step \(k) unpacks result \(step.index)")
      let root = flow.root[function.results[step.index].value.index]
      try check(flow.isBatched(root), "step \(k) unpacks an unbatched result")
      try check(
        schedule.slots[step.inputs[0]].storage != .rows && schedule.slots[step.inputs[0]].storage != .results,
        "step \(k) unpacks rows")
      try check(content[step.inputs[0]] == root, "step \(k) unpacks another value")
      try check(unpacked.insert(step.index).inserted, "result \(step.index) is unpacked twice")
    }
  }

  /// Whether `step` reads all items of `slot` and nothing else of it.
  private func isGathered(_ slot: Int, by step: Schedule.Step) -> Bool {
    !step.outputs.contains(slot)
      && step.inputs.indices.allSatisfy { step.inputs[$0] != slot || step.wholeBatch.contains($0) }
  }

  /// Whether `slot` is the parameter that a result of `step` replaces.
  private func isReplaced(_ slot: Int, by step: Schedule.Step) -> Bool {
    guard schedule.slots[slot].storage == .parameter, step.kind == .kernel, flow.work.indices.contains(step.index),
      let at = step.outputs.firstIndex(of: slot), flow.work[step.index].outputs.indices.contains(at)
    else { return false }
    let (root, parameter) = (flow.work[step.index].outputs[at], function.parameters[schedule.slots[slot].parameter])
    return function.results.contains { flow.root[$0.value.index] == root && $0.storeName == parameter.name }
  }

  private mutating func kernelStep(_ k: Int, _ step: Schedule.Step, _ kind: Schedule.RegionKind) throws {
    try check(function.nodes.indices.contains(step.index), "step \(k) names node \(step.index)")
    let work = flow.work[step.index]
    let op = function.nodes[step.index].op
    try check(!work.request.kernel.isEmpty, "step \(k) calls a kernel for the alias '\(op)'")
    try check(
      step.kernel == work.request.kernel && step.sizes == work.request.sizes && step.reals == work.request.reals
        && step.wholeBatch == work.request.wholeBatch
        && step.reducesBatch == (work.request.reducesBatch && work.isBatched),
      "step \(k) does not call what '\(op)' asks for")
    guard let set = kernel(step.kernel) else { throw ScheduleProblem("there is no kernel '\(step.kernel)'") }
    try check(work.isBatched == (kind == .chunked), "step \(k) '\(op)' is in a region of another kind")
    try check(kind != .constant || flow.isConstant[step.index], "step \(k) '\(op)' is no constant")
    try check(
      !work.isBatched || (schedule.dtype == .f64 ? set.f64 != nil : set.f32 != nil),
      "kernel '\(step.kernel)' of '\(op)' does not work on batches")
    try check(
      step.inputs.count == work.inputs.count && step.outputs.count == work.outputs.count,
      "step \(k) '\(op)' has \(step.inputs.count) inputs and \(step.outputs.count) outputs")
    try check(step.cost >= 0, "step \(k) has a negative cost")
    let skipsLanes = flow.skipsLanes.contains(step.index)
    for (position, (slot, root)) in zip(step.inputs, work.inputs).enumerated() {
      try check(content[slot] == root, "step \(k) '\(op)' finds another value in slot \(slot)")
      try check(
        (schedule.slots[slot].storage != .rows || work.request.rows.contains(position) || skipsLanes)
          && (!skipsLanes || schedule.slots[slot].storage == .rows || !schedule.slots[slot].isBatched),
        "step \(k) '\(op)' cannot read slot \(slot) where it is")
      try check(!pending.contains(slot), "step \(k) '\(op)' reads a sum before it is complete")
    }
    for slot in step.wholeBatch.map({ step.inputs[$0] }) where schedule.slots[slot].isBatched {
      try check(
        schedule.slots[slot].storage == .batch && !fresh.contains(slot),
        "step \(k) '\(op)' reads the whole batch of slot \(slot), which is not finished")
      whole.insert(slot)
    }
    try check(Set(step.outputs).count == step.outputs.count, "step \(k) '\(op)' writes a slot twice")
    for (o, (slot, root)) in zip(step.outputs, work.outputs).enumerated() where step.inputs.contains(slot) {
      let isFirst = o == 0 && step.inputs.first == slot && !step.inputs.dropFirst().contains(slot)
      try check(
        (isFirst || kind == .update) && work.isInPlace && !step.reducesBatch
          && flow.elements[root] == schedule.slots[slot].elements,
        "step \(k) '\(op)' cannot overwrite slot \(slot)")
    }
    try check(done.insert(step.index).inserted, "node \(step.index) '\(op)' is computed twice")
    for (slot, root) in zip(step.outputs, work.outputs) {
      try check(skipsLanes == (schedule.slots[slot].storage == .results), "step \(k) '\(op)' cannot write slot \(slot)")
      if skipsLanes { try writeRows(slot, root, k) } else { try write(slot, root, k) }
    }
    if step.reducesBatch { pending.formUnion(step.outputs.filter { !schedule.slots[$0].isBatched }) }
  }

  private mutating func write(_ slot: Int, _ root: Int, _ k: Int) throws {
    try check(schedule.slots[slot].elements == flow.elements[root], "step \(k) writes slot \(slot) of another size")
    try check(schedule.slots[slot].isBatched == flow.isBatched(root), "step \(k) writes slot \(slot) of another kind")
    try check(!whole.contains(slot), "step \(k) writes slot \(slot), of which the whole batch is being read")
    fresh.insert(slot)
    content[slot] = root
  }

  /// A slot of rows holds nothing that another step may read.
  private mutating func writeRows(_ slot: Int, _ root: Int, _ k: Int) throws {
    let result = schedule.slots[slot].parameter
    try check(
      flow.root[function.results[result].value.index] == root && unpacked.insert(result).inserted,
      "step \(k) writes the rows of another result")
  }

  private mutating func forgetChunkMemory() {
    for k in schedule.slots.indices where schedule.slots[k].storage == .chunk { content[k] = -1 }
  }

  private func checkResults() throws {
    try check(schedule.results.count == function.results.count, "it has \(schedule.results.count) results")
    for (r, (slot, result)) in zip(schedule.results, function.results).enumerated() {
      let root = flow.root[result.value.index]
      if flow.isBatched(root) {
        try check(slot == -1 && unpacked.contains(r), "result '\(result.name)' is never unpacked")
      } else {
        try check(schedule.slots.indices.contains(slot), "result '\(result.name)' names slot \(slot)")
        try check(content[slot] == root, "result '\(result.name)' is not in slot \(slot)")
        try check(schedule.slots[slot].last == schedule.regions.count, "result '\(result.name)' is not kept")
      }
    }
  }
}

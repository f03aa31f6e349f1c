import GeocDiagnostics
import GeocIR
import GeocKernelABI
import GeocPlan

extension Executable {
  /// Runs the function on a batch and looks through its results: where one is not finite, a second run finds the node
  /// and the sample that the first such value comes from. Throws E0602 for it, and what `run` throws.
  package func runFinite(_ batch: Batch, seed: UInt64 = 0, step: UInt64 = 0) throws(GeocError) {
    try run(batch, seed: seed, step: step)
    guard let name = firstNotFiniteResult else { return }
    try run(batch, seed: seed, step: step, checksValues: true)
    throw GeocError(Diagnostic(.numeric.notFinite, "result '\(name)' of '\(function.name)' is not finite"))
  }

  private var firstNotFiniteResult: String? {
    function.results.indices.first { k in
      if let place = unbatchedResult(k) {
        return !(0..<resultShapes[k].reduce(1, *)).allSatisfy { isFinite(place, $0) }
      }
      guard let rows = outputs[k] else { return false }
      return !(0..<(bound.batch * rows.elements)).allSatisfy { isFinite(rows.memory.base, $0) }
    }.map { function.results[$0].name }
  }

  /// Looks through the results of step `k` on a chunk; notes the first item that is not finite.
  func checkChunk(_ k: Int, _ worker: Worker, _ firstItem: Int, _ items: Int) {
    let step = program.steps[k]
    guard worker.notFinite == nil, step.kind != .unpack else { return }
    for (o, slot) in schedule.steps[k].outputs.enumerated()
    where schedule.slots[slot].isBatched && !program.unwritten[k].contains(o) {
      let operand = worker.operands[step.firstOperand + step.inputCount + o]
      // Rows are as lanes with one item each.
      let lanes = operand.isRows ? 1 : registerLanes
      for item in 0..<items {
        let (register, lane) = (item / lanes, item % lanes)
        let elements = schedule.slots[slot].elements
        for e in 0..<elements where !isFinite(operand.base, (register * elements + e) * lanes + lane) {
          worker.notFinite = (k, firstItem + item)
          return
        }
      }
    }
  }

  /// The same for an unbatched step, or for sums over the batch.
  func checkUnbatched(_ k: Int, _ worker: Worker) {
    guard worker.notFinite == nil else { return }
    for (o, slot) in schedule.steps[k].outputs.enumerated()
    where !schedule.slots[slot].isBatched && !program.unwritten[k].contains(o) {
      let base = unbatchedPlace(slot)
      if !(0..<schedule.slots[slot].elements).allSatisfy({ isFinite(base, $0) }) { worker.notFinite = (k, -1) }
    }
  }

  private func isFinite(_ base: UnsafeMutableRawPointer, _ index: Int) -> Bool {
    schedule.dtype == .f64
      ? base.assumingMemoryBound(to: Double.self)[index].isFinite
      : base.assumingMemoryBound(to: Float.self)[index].isFinite
  }

  /// The first fault of the region that was run last, in words. Workers take chunks in order, so that the first worker
  /// with a fault has the first chunk with one, whatever the number of workers.
  func fault(_ batch: Batch) -> Diagnostic {
    for worker in workers where worker.faultStep >= 0 {
      return faultDiagnostic(worker.fault.pointee, schedule.steps[worker.faultStep], batch)
    }
    for worker in workers {
      guard let found = worker.notFinite else { continue }
      return notFiniteDiagnostic(schedule.steps[found.step], found.item, batch)
    }
    return Diagnostic(.numeric.notFinite, "'\(function.name)' failed")
  }

  private func faultDiagnostic(_ fault: KernelFault, _ step: Schedule.Step, _ batch: Batch) -> Diagnostic {
    let node = function.nodes[step.index]
    let name = describe(node)
    let value = Self.short(fault.value)
    let (code, message): (DiagnosticCode, String) =
      switch KernelFault.Kind(rawValue: fault.kind) {
      case .eigenvalueOutsideDomain? where fault.value <= 0:
        (.numeric.notPositiveDefinite, "\(name) got a matrix that is not positive definite: eigenvalue \(value)")
      case .eigenvalueOutsideDomain?:
        (.numeric.domain, "\(name) got a matrix with eigenvalue \(value), outside of the domain of its function")
      case .notPositiveDefinite?:
        (.numeric.notPositiveDefinite, "\(name) got a matrix that is not positive definite: pivot \(value)")
      case .singular?: (.numeric.singular, "\(name) got a singular matrix: pivot \(value)")
      case .notConverged?:
        (.numeric.noConvergence, "the eigendecomposition of \(name) did not converge: its input is not finite")
      case .labelOutOfRange?:
        (.data.labelOutOfRange, "\(name) got class index \(value), which is not one of its classes")
      case .unevenViews?:
        (.data.unevenViews, "\(name) got a batch of \(batch.rows.count) rows, which are not \(value) views of samples")
      case .noLabelledRow?: (.data.noLabelledRow, "\(name) got a batch without a labelled row")
      case nil: (.numeric.notFinite, "\(name) failed")
      }
    var diagnostic = located(Diagnostic(code, message, at: node.origin.span ?? .none), node.origin)
    let isChunked = schedule.regions.contains { $0.kind == .chunked && $0.start..<$0.end ~= indexOf(step) }
    let isOfBatch = code == .data.unevenViews || code == .data.noLabelledRow
    if isChunked, !isOfBatch { diagnostic.notes.append(sample(Int(fault.item), batch)) }
    if fault.field > 0 { diagnostic.notes.append("it is number \(fault.field) of the matrices of this value, from 0") }
    return diagnostic
  }

  private func notFiniteDiagnostic(_ step: Schedule.Step, _ item: Int, _ batch: Batch) -> Diagnostic {
    if step.kind == .pack {
      let name = function.parameters[step.index].name
      return Diagnostic(
        .data.notFinite, "input '\(name)' holds a number that is not finite", notes: [sample(item, batch)], item: name)
    }
    let node = function.nodes[step.index]
    let diagnostic = Diagnostic(
      .numeric.notFinite, "\(describe(node)) is the first to give a number that is not finite",
      at: node.origin.span ?? .none)
    var result = located(diagnostic, node.origin)
    if item >= 0 { result.notes.append(sample(item, batch)) }
    return result
  }

  private func indexOf(_ step: Schedule.Step) -> Int {
    schedule.steps.firstIndex { $0.kind == step.kind && $0.index == step.index } ?? -1
  }

  private func sample(_ item: Int, _ batch: Batch) -> String {
    let at = min(max(item, 0), max(0, batch.rows.count - 1))
    guard batch.rows.indices.contains(at) else { return "item \(at) of the batch" }
    return "sample \(batch.rows[at]) of the data, item \(at) of the batch"
  }

  private func describe(_ node: Node) -> String {
    node.origin.path.isEmpty ? "'\(node.op)'" : "'\(node.origin.path)' (\(node.op))"
  }

  /// `diagnostic` with the line of the spec as a note, where its text is not at hand.
  func located(_ diagnostic: Diagnostic, _ origin: Origin) -> Diagnostic {
    guard origin.span == nil, origin.line > 0 else { return diagnostic }
    return diagnostic.adding(note: "line \(origin.line), column \(origin.column) of the spec")
  }

  /// Where the first term of the result `loss` stands in the spec; nil for a function without that result.
  var lossOrigin: Origin? {
    guard let loss = function.result("loss") else { return nil }
    let producers = function.producers()
    func node(_ value: Value) -> Node? {
      let index = producers[value.index]
      return index >= 0 ? function.nodes[index] : nil
    }
    var last = node(loss)
    // The sum of several terms stands under the name of the result.
    while let sum = last, sum.origin.path == "loss", let first = sum.inputs.first, let term = node(first) {
      last = term
    }
    return last?.origin
  }

  /// Three significant digits.
  static func short(_ x: Double) -> String {
    guard x.isFinite, x != 0 else { return String(x) }
    let exponent = Int(log10Floor(abs(x)))
    if exponent >= -3 && exponent < 6 {
      let scale = power10(2 - exponent)
      return String((x * scale).rounded() / scale)
    }
    let mantissa = (x * power10(2 - exponent)).rounded() / 100
    return "\(mantissa)e\(exponent)"
  }

  private static func log10Floor(_ x: Double) -> Int {
    var exponent = 0
    var y = x
    while y >= 10 { y /= 10; exponent += 1 }
    while y < 1 { y *= 10; exponent -= 1 }
    return exponent
  }

  private static func power10(_ n: Int) -> Double {
    var result = 1.0
    for _ in 0..<abs(n) { result *= 10 }
    return n < 0 ? 1 / result : result
  }
}

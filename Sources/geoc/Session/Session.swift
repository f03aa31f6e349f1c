import GeocDiagnostics
import GeocIR
import GeocOps
import GeocPlan
import GeocRuntime
import GeocTensorFiles
import GeocThreads

/// A plan bound to a store of parameters and a pool of threads. Not for use by two threads at once.
final class Session: @unchecked Sendable {
  /// The compiled model.
  let plan: Plan
  /// Parameters, statistics, moments.
  let store: ParameterStore
  /// Worker threads.
  let threads: Int
  private let pool: ThreadPool
  private var executables: [String: Executable] = [:]

  /// A session with `threads` workers. Throws E0408.
  init(_ plan: Plan, threads: Int) {
    self.plan = plan
    self.threads = threads
    store = ParameterStore(dtype: plan.module.dtype)
    pool = ThreadPool(count: threads)
  }

  /// A function of the plan, prepared once. Throws E0409 and what `Executable` throws.
  func executable(_ name: String) throws(GeocError) -> Executable {
    if let known = executables[name] { return known }
    let part = try plan.executable(name)
    let made = try Executable(
      part.function, part.schedule, spaces: Catalogue.registry.spaces, store: store, pool: pool)
    executables[name] = made
    return made
  }

  /// A function if the plan has it.
  func optional(_ name: String) throws(GeocError) -> Executable? {
    plan.module[name] == nil ? nil : try executable(name)
  }

  /// All functions as a program for training and evaluation. Throws what `executable` throws.
  func program() throws(GeocError) -> ModelProgram {
    var prepare: [Executable] = []
    for name in ["prepare_predict", "prepare_evaluate"] {
      if let executable = try optional(name) { prepare.append(executable) }
    }
    var fits: [FitProgram] = []
    for fit in plan.run.fits where fit.parts.allSatisfy({ plan.module[fit.function($0)] != nil }) {
      fits.append(try FitProgram(fit) { (name) throws(GeocError) in try executable(name) })
    }
    var search: SearchProgram?
    if plan.module["trial"] != nil {
      search = SearchProgram(rows: rowForm) { (name) throws(GeocError) in try self.executable(name) }
    }
    return ModelProgram(
      initialize: try optional("initialize"), step: try optional("step"), evaluate: try optional("evaluate"),
      predict: try optional("predict"), prepare: prepare, fits: fits,
      separation: try optional("separation"), search: search, store: store)
  }

  /// The Hessian of a search by rows, as the step that solves with them has it; nil where the plan has none.
  private var rowForm: SearchProgram.RowForm? {
    guard let trial = plan.module["trial_by_rows"],
      let rows = trial.nodes.first(where: { $0.op == "solve_rows" })?.inputs.first
    else { return nil }
    let shape = Catalogue.registry.spaces.shape(trial.type(rows))
    return shape.count == 2 ? SearchProgram.RowForm(perSample: shape[0], weights: shape[1]) : nil
  }

  /// Name and storage shape of the model's parameters and statistics, and of the optimizer's moments, as the
  /// initialisation gives them.
  var tensors: [(name: String, shape: [Int], kind: ParameterKind)] {
    guard let initialize = plan.module["initialize"] else { return [] }
    return initialize.results.compactMap { result in
      guard let name = result.storeName else { return nil }
      let kind: ParameterKind =
        result.name.hasPrefix("param.") ? .param : result.name.hasPrefix("state.") ? .state : .slot
      return (name, Catalogue.registry.spaces.shape(initialize.type(result.value)), kind)
    }
  }

  /// Loads weights (and, with `needsOptimizer`, a whole checkpoint). Running statistics that the file lacks keep their
  /// initial values. Throws E0514 to E0518.
  @discardableResult
  func load(_ path: String, needsOptimizer: Bool = false) throws(GeocError) -> Trainer.Progress? {
    let archive = try readingFiles { () throws(TensorFileError) in try TensorArchive.open(path) }
    let there = Set(archive.names)
    let fitted = Set(plan.run.fits.filter { !$0.adapts }.flatMap(\.states))
    let wanted = tensors.filter { $0.kind != .state || there.contains($0.name) || fitted.contains($0.name) }
    return try Checkpoint.read(
      path, into: store, wanted: wanted.map { ($0.name, $0.shape) }, needsOptimizer: needsOptimizer)
  }
}

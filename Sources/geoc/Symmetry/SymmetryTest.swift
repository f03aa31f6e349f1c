import GeocDiagnostics
import GeocIR
import GeocOps
import GeocPasses
import GeocRuntime
import GeocSpec
import GeocTensorFiles
import GeocThreads

/// A claim of invariance or equivariance, as far as it can be tested on random elements of its group.
struct SymmetryClaim {
  let group: ActingGroup
  let name: String
  let isEquivariance: Bool
  let origin: Origin
  /// Action on every input and output, by name.
  let inputs: [String: ActingGroup.Action]
  let outputs: [String: ActingGroup.Action]

  /// `invariance under SO(3)`.
  var text: String { "\(isEquivariance ? "equivariance" : "invariance") under \(name)" }

  /// Why a claim cannot be tested.
  enum Obstacle: Error {
    /// The group is none that geoc knows.
    case unknownGroup
    /// The group has no single action on this value, or moves no input at all.
    case noAction(String)
  }

  /// The claim of a model; nil for one about something else. Throws `Obstacle`, and `InternalError`.
  init?(_ claim: ClaimDescription, _ forward: Function, outputs names: [String]) throws {
    let label: String
    let moves: Bool
    switch claim.property {
    case .invariant(let group):
      label = group
      moves = false
    case .equivariant(let group):
      label = group
      moves = true
    default: return nil
    }
    guard let group = ActingGroup(label) else { throw Obstacle.unknownGroup }
    func action(_ what: String, _ value: Value) throws -> ActingGroup.Action {
      let type = forward.type(value)
      guard let action = group.action(on: type.batched(false)) else {
        throw Obstacle.noAction("\(label) has no single action on the \(what), \(type.shown)")
      }
      return action
    }
    // Labels are read by the loss only; an input of it does not have to be acted upon.
    let reached = Self.reaching(forward, names)
    var inputs: [String: ActingGroup.Action] = [:]
    for input in forward.parameters where input.kind == .input && reached.contains(input.value) {
      inputs[input.name] = try action("input '\(input.name)'", input.value)
    }
    guard inputs.values.contains(where: { $0 != .fixed }) else {
      throw Obstacle.noAction("\(label) moves no input of the model")
    }
    var outputs: [String: ActingGroup.Action] = [:]
    for result in forward.results where names.contains(result.name) {
      outputs[result.name] = moves ? try action("output '\(result.name)'", result.value) : .fixed
    }
    self.group = group
    name = label
    isEquivariance = moves
    origin = claim.origin
    self.inputs = inputs
    self.outputs = outputs
  }

  /// Values that the outputs are computed from.
  private static func reaching(_ forward: Function, _ names: [String]) -> Set<Value> {
    var reached = Set(forward.results.filter { names.contains($0.name) }.map(\.value))
    for node in forward.nodes.reversed() where node.results.contains(where: reached.contains) {
      reached.formUnion(node.inputs)
    }
    return reached
  }
}

/// Tests symmetry claims of a model: outputs of moved inputs against moved outputs.
struct SymmetryTest {
  let compiler: ModelCompiler
  let claims: [SymmetryClaim]
  /// Elements drawn for each claim.
  static let elements = 4
  /// Largest difference that rounding in f64 explains, relative to the outputs.
  static let tolerance = 1e-8

  /// The testable claims of a model; `check` reports the others.
  init(_ compiler: ModelCompiler) throws {
    self.compiler = compiler
    let forward = try compiler.forward()
    claims = try compiler.model.claims.compactMap { claim in
      do {
        return try SymmetryClaim(claim, forward, outputs: compiler.model.outputs)
      } catch is SymmetryClaim.Obstacle {
        return nil
      }
    }
  }

  /// How far a claim is from holding.
  struct Finding {
    let claim: SymmetryClaim
    /// Largest difference, relative to the largest output.
    var error = 0.0
    /// The output that has it.
    var output = ""

    /// Whether rounding explains the difference.
    var isRight: Bool { error <= SymmetryTest.tolerance }

    /// E0609.
    var diagnostic: Diagnostic {
      Diagnostic(
        .numeric.invariance, "\(claim.text) does not hold: '\(output)' differs by \(ProgressLine.number(error))",
        at: claim.origin.span ?? .none,
        notes: ["\(SymmetryTest.elements) random elements of \(claim.name), relative to the largest output"])
    }
  }

  /// E0609 for every claim of a model that fails on samples of its own. Throws `GeocError`.
  static func failures(_ compiler: ModelCompiler) throws -> [Diagnostic] {
    let test = try SymmetryTest(compiler.inDoubles)
    if test.claims.isEmpty { return [] }
    var samples = SampleData(seed: 0)
    let columns = try samples.columns(try compiler.forward(), count: samplesOfCheck)
    return try test.findings(columns, rows: samplesOfCheck, seed: 0, &samples).filter { !$0.isRight }.map(\.diagnostic)
  }

  /// Samples in a test that nobody gave samples for.
  private static let samplesOfCheck = 8

  /// One line for each claim; E0609 for one that fails. Throws `GeocError`.
  func run(
    _ columns: [String: HostArray], rows: Int, seed: Int, _ samples: inout SampleData, _ sink: inout DiagnosticSink,
    _ console: Console
  ) throws {
    for found in try findings(columns, rows: rows, seed: seed, &samples) {
      console.print(
        "\(found.isRight ? "ok  " : "FAIL")  \(found.claim.text)  relative error \(ProgressLine.number(found.error))")
      if !found.isRight { sink.report(found.diagnostic) }
    }
  }

  /// What the claims amount to on samples: outputs of moved inputs against moved outputs. Throws `GeocError`.
  private func findings(
    _ columns: [String: HostArray], rows: Int, seed: Int, _ samples: inout SampleData
  ) throws -> [Finding] {
    if claims.isEmpty { return [] }
    let session = Session(try compiler.plan([.initialize]), threads: 1)
    try session.program().reset(seed: seed)
    let forward = try compiler.forward()
    // Biases that start at zero and scales that start at one are invariant to more than they will be.
    for p in forward.parameters where p.kind == .param && forward.type(p.value).isReal {
      guard let start = session.store.tensor(p.name) else { continue }
      let values = start.doubles().map { $0 + 0.5 * samples.normal() }
      try session.store.set(p.name, try Self.tensor(values, start.shape))
    }
    let function = try compiler.compile(.predict).function
    let predict = try Executable(
      function, try compiler.schedule(function), spaces: Catalogue.registry.spaces, store: session.store,
      pool: ThreadPool(count: 1))
    func outputs(_ columns: [String: HostArray]) throws -> [String: Tensor] {
      try predict.run(Batch(columns: columns, rows: Array(0..<rows)))
      var values: [String: Tensor] = [:]
      for result in function.results { values[result.name] = predict.result(result.name) }
      return values
    }
    let original = try outputs(columns)
    return try claims.map { claim in
      var worst = Finding(claim: claim)
      for _ in 0..<Self.elements {
        let element = GroupElement(of: claim.group, &samples)
        var moved = columns
        for (name, action) in claim.inputs where action != .fixed {
          guard let tensor = try columns[name]?.tensor(rows: rows) else { continue }
          moved[name] = try HostArray(try Self.moved(tensor, element, action))
        }
        let found = try outputs(moved)
        for (name, action) in claim.outputs {
          guard let before = original[name], let after = found[name] else { continue }
          let expected = try Self.moved(before, element, action).doubles()
          let scale = expected.reduce(1) { max($0, abs($1)) }
          let error = zip(expected, after.doubles()).reduce(0) { max($0, abs($1.0 - $1.1)) } / scale
          if !(error <= worst.error) { (worst.error, worst.output) = (error, name) }
        }
      }
      return worst
    }
  }

  private static func moved(_ tensor: Tensor, _ element: GroupElement, _ action: ActingGroup.Action) throws -> Tensor {
    try Self.tensor(
      element.moved(tensor.doubles(), shape: Array(tensor.shape.dropFirst()), by: action), tensor.shape)
  }

  private static func tensor(_ values: [Double], _ shape: [Int]) throws(GeocError) -> Tensor {
    try readingFiles { () throws(TensorFileError) in try Tensor(values, shape: shape) }
  }
}

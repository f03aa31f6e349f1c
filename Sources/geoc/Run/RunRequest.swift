import GeocDiagnostics
import GeocIR
import GeocOps
import GeocPlan
import GeocRuntime
import GeocTensorFiles

/// A `geoc run` with its options read.
struct RunRequest {
  /// What to do.
  var task: Task
  /// Files of inputs.
  var inputs: InputFiles
  /// Files of cotangents.
  var cotangents: InputFiles
  /// Weights to start from.
  var weights: String?
  /// File that results go to.
  var output: String?
  /// Replaces the seed of the spec.
  var seed: Int?
  /// Run to continue.
  var resume: String?
  /// Mode of the gradient: `train` or `eval`.
  var mode: String
  /// Epoch, from 1, that schedules of the model are to be in.
  var epoch: Int?
  /// Whether a training observes itself and draws `report.html`.
  var hasReport: Bool
  /// Whether results are printed as JSON.
  var isJSON: Bool
  /// Where progress goes.
  var progress: ProgressLine
  /// The plan's functions bound to parameters.
  var session: Session
  /// The function with the model's inputs, for their types.
  var forward: Function

  /// Seed of initial values.
  var initialSeed: Int { seed ?? session.plan.run.training?.seed ?? 0 }

  /// Initial values, then weights where they are given. Throws E05.
  func prepareParameters() throws(GeocError) {
    try session.program().reset(seed: initialSeed)
    if let weights { try session.load(weights) }
    try session.program().refresh()
  }

  /// The spec's data set. Throws E0505 when the spec has none, and E05.
  func dataSet() throws(GeocError) -> DataSet {
    guard let data = session.plan.run.data else {
      throw GeocError(
        Diagnostic(
          .data.missingArray, "the spec of '\(session.plan.module.name)' has no 'data', and no '--input' is given",
          notes: ["its inputs: \(forward.parameters.filter { $0.kind == .input }.map(\.name).joined(separator: ", "))"],
          help: ["give each input a file: '--input NAME=FILE'"]))
    }
    let bound = forward.parameters.filter { $0.kind == .input }
    return try DataSet(data, inputs: bound, of: forward, spaces: Catalogue.registry.spaces)
  }

  /// Rows to run on: those of the input files, else the test rows of the spec's data. Throws E05.
  func rows() throws(GeocError) -> (columns: [String: HostArray], rows: [Int]) {
    if !inputs.entries.isEmpty {
      let columns = try inputs.columns(forward, dataDescription: session.plan.run.data)
      let standardized = session.plan.run.data?.standardize.filter { columns[$0] != nil } ?? []
      if !standardized.isEmpty {
        progress.note(
          "'standardize' is for the spec's own data; used as given: \(standardized.joined(separator: ", "))")
      }
      return (columns, Array(0..<(columns.values.first?.rowCount ?? 0)))
    }
    if forward.parameters.allSatisfy({ $0.kind != .input }) { return ([:], [0]) }
    let data = try dataSet()
    return (try data.columns(fold: 0), data.folds.first?.test ?? [])
  }

  /// Writes tensors to `--output`, or to `name` in a new run folder; returns the path. Throws E0517.
  func write(_ tensors: [(name: String, tensor: Tensor)], _ name: String) throws(GeocError) -> String {
    let path: String
    if let output { path = output } else { path = try RunDirectory(model: session.plan.module.name).file(name) }
    try readingFiles { () throws(TensorFileError) in
      let isContainer = TensorArchive.Format(path: path) == .safetensors
      try TensorArchive.write(
        path, tensors, metadata: isContainer ? ["format": "geoc-values/1", "model": session.plan.module.name] : [:])
    }
    return path
  }
}

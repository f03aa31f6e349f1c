import ArgumentParser
import GeocDiagnostics
import GeocOps
import GeocPasses
import GeocSpec

/// Options of the commands that run passes.
struct CompileOptions: ParsableArguments {
  /// Passes that only make a program faster by merging nodes.
  static let fusions = [
    "rewrite-layers", "fuse-maps", "fuse-radial", "fuse-rows", "guard-clamps", "share", "simplify", "fuse-elementwise",
    "merge-maps",
  ]

  @Option(
    help: ArgumentHelp("Leave a pass out.", valueName: "pass"),
    completion: .optionalPasses)
  var disable: [String] = []
  @Flag(help: "Differentiate bodies instead of using hand-written backwards.")
  var noManualBackward = false
  @Flag(help: "Leave out every pass that fuses or shares.")
  var noFusion = false
  @Option(name: .customLong("set"), help: ArgumentHelp("Override a value of the spec.", valueName: "path=value"))
  var overrides: [String] = []

  /// Whether any of these options is given.
  var changesCompilation: Bool { !disable.isEmpty || noManualBackward || noFusion || !overrides.isEmpty }

  /// What the passes are given. Throws `ValidationError` for a pass that does not exist or cannot be left out.
  func passOptions() throws -> PassOptions {
    for name in disable {
      guard let pass = Pipeline.all.first(where: { $0.name == name }) else {
        let hint = suggestion(for: name, among: Pipeline.all.map { $0.name }).map { "; did you mean '\($0)'?" } ?? ""
        throw ValidationError("there is no pass '\(name)'\(hint)")
      }
      guard pass.isOptional else { throw ValidationError("the pass '\(name)' is required: \(pass.reason)") }
    }
    return PassOptions(
      registry: Catalogue.registry, disabled: Set(disable + (noFusion ? Self.fusions : [])),
      usesManualBackward: !noManualBackward)
  }

  /// The compiler of the spec at `path` (`-` for standard input); nil where it has errors, which are in `sink`.
  /// Throws `ValidationError` for wrong options.
  func compiler(_ path: String, _ console: Console, _ sink: inout DiagnosticSink) throws -> ModelCompiler? {
    let options = try passOptions()
    let model =
      path == "-"
      ? try StandardInput.model(console, overrides, &sink)
      : try SpecCompiler.model(path: path, registry: Catalogue.registry, overrides: overrides, sink: &sink)
    return model.map { ModelCompiler(model: $0, options: options, isOverridden: !overrides.isEmpty) }
  }
}

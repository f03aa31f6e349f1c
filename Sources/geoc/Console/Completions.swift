import ArgumentParser
import GeocDiagnostics
import GeocIR
import GeocOps
import GeocPasses

/// What shells offer behind TAB. The scripts ask the program, so that they know what it knows.
extension CompletionKind {
  /// Names of ops and optimizers.
  static let ops = custom { _, _, _ in
    Catalogue.registry.ordered.filter { $0.isPublic }.map { $0.name } + Catalogue.registry.optimizers.keys.sorted()
  }

  /// Passes that can be left out.
  static let optionalPasses = custom { _, _, _ in Pipeline.all.filter { $0.isOptional }.map { $0.name } }

  /// Stages that can be printed: those by name, and the IR after each pass.
  static let emitStages = custom { _, _, _ in
    EmitStage.allValueStrings.filter { !$0.contains("=") } + Pipeline.all.map { "ir-after=" + $0.name }
  }

  /// Codes of diagnostics and their names.
  static let codes = custom { _, _, _ in DiagnosticCode.all.flatMap { [$0.id, $0.name] } }

  /// Codes of lints and their names.
  static let lints = custom { _, _, _ in
    DiagnosticCode.all.filter { $0.severity == .warning }.flatMap { [$0.id, $0.name] }
  }

  /// Spec files.
  static let specs = file(extensions: ["yaml", "yml"])
}

import GeocDiagnostics
import GeocIR
import GeocPlan

/// Writes plan files.
enum PlanWriting {
  /// Compiles every function of the model and writes the plan. Throws `GeocError`.
  static func write(_ compiler: ModelCompiler, to path: String) throws {
    throw InternalError("this build has no writer of plan files")
  }
}

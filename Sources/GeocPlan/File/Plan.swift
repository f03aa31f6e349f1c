import GeocDiagnostics
import GeocIR

/// A compiled model: its functions, how to execute them, and what `geoc run` does with them.
package struct Plan: Sendable {
  /// All functions; those at the core stage can be executed.
  package var module: Module
  /// Schedules of the functions at the core stage, in their order.
  package var schedules: [Schedule]
  /// Data, training, metrics.
  package var run: RunDescription
  /// The spec it was made from, as written.
  package var spec: String

  /// A plan by its parts.
  package init(module: Module, schedules: [Schedule], run: RunDescription, spec: String) {
    self.module = module
    self.schedules = schedules
    self.run = run
    self.spec = spec
  }

  /// Adds a function at the core stage with its schedule, under another name where one is given.
  package mutating func add(_ function: Function, _ schedule: Schedule, as name: String? = nil) {
    var (function, schedule) = (function, schedule)
    function.name = name ?? function.name
    schedule.function = function.name
    module.functions.append(function)
    schedules.append(schedule)
  }

  /// An executable function. Throws E0409 when the plan has none of that name.
  package func executable(_ name: String) throws(GeocError) -> (function: Function, schedule: Schedule) {
    guard let function = module[name], let schedule = schedules.first(where: { $0.function == name }) else {
      let known = schedules.map(\.function).joined(separator: ", ")
      throw GeocError(
        Diagnostic(
          .plan.noFunction, "the plan of '\(module.name)' has no function '\(name)'",
          notes: ["it has \(known.isEmpty ? "none" : known)"]))
    }
    return (function, schedule)
  }
}

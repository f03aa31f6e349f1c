/// How the states of an op are estimated from all training rows at once, before the model is used.
///
/// An op that has such a rule declares it with `fit`; its `body` reads the states and gives them back unchanged. The
/// compiler makes functions of the rule (`FitFunctions`), the runtime runs them.
package struct FitRule: Sendable {
  /// The operand that holds the class or group of each row, of which every one must occur; nil where none must.
  package var target: String?
  /// Whether the states belong to the rows that the model is used on, so that they are estimated anew from those,
  /// without their labels, before each evaluation.
  package var adapts: Bool
  /// Values that go from step to step beside the states.
  package var slots: [FitSlot]
  /// How.
  package var method: Method

  /// Ways to estimate.
  package enum Method: Sendable {
    /// `start` gives all states and slots, `next` new ones from them, until `done`.
    case steps(limit: Int, start: Steps, next: Steps)
    /// The states minimise a number.
    case minimum(limit: Int, objective: @Sendable (inout Builder, FitContext) throws -> Value)
    /// A library finds the states; `parameters` are for it.
    case solver(name: String, parameters: [String: Double])
  }

  /// IR of one step.
  package typealias Steps = @Sendable (inout Builder, FitContext) throws -> FitStep

  /// A rule by its parts.
  package init(target: String? = nil, adapts: Bool = false, slots: [FitSlot] = [], method: Method) {
    self.target = target
    self.adapts = adapts
    self.slots = slots
    self.method = method
  }
}

/// A value that an estimation keeps from step to step.
package struct FitSlot: Hashable, Sendable {
  /// Its name.
  package var name: String
  /// Its type, unbatched.
  package var type: GeoType

  /// A slot by its parts.
  package init(_ name: String, _ type: GeoType) {
    self.name = name
    self.type = type
  }
}

/// What one step gives.
package struct FitStep: Sendable {
  /// New states and slots by name; all of them.
  package var values: [String: Value]
  /// 1 when no further step is needed, a scalar.
  package var done: Value
  /// What is left to improve, for messages, a scalar.
  package var residual: Value

  /// A step by its parts.
  package init(values: [String: Value], done: Value, residual: Value) {
    self.values = values
    self.done = done
    self.residual = residual
  }
}

/// A node as its rule sees it: its inputs for all rows, and where its estimation stands.
package struct FitContext: Sendable {
  /// Parameters, complete with defaults.
  package let attributes: Attributes
  /// Data inputs by operand, batched: one item for each row.
  package let inputs: [String: Value]
  /// States and slots by name.
  package let values: [String: Value]

  /// A context by its parts.
  package init(attributes: Attributes, inputs: [String: Value], values: [String: Value]) {
    self.attributes = attributes
    self.inputs = inputs
    self.values = values
  }

  /// A data input. Throws `InternalError` where the node has none of this name.
  package func input(_ name: String) throws -> Value {
    guard let value = inputs[name] else { throw InternalError("no input '\(name)' to fit to") }
    return value
  }

  /// A state or slot. Throws `InternalError` where there is none of this name.
  package func value(_ name: String) throws -> Value {
    guard let value = values[name] else { throw InternalError("no state '\(name)' to fit") }
    return value
  }
}

/// How a plan fits one node: what its functions are called and what they read. Travels in the plan as JSON.
package struct FitDescription: Codable, Hashable, Sendable {
  /// Path of the node.
  package var node: String
  /// What it reads, one value for each row.
  package var features: [Feature]
  /// Full names of its states.
  package var states: [String]
  /// The feature with classes, of which each must occur.
  package var target: Target?
  /// Whether the states are estimated anew from the rows that the model is used on.
  package var adapts: Bool
  /// Whether it reads what depends on learned weights.
  package var readsWeights: Bool
  /// How.
  package var method: Method

  /// One input of the node.
  package struct Feature: Codable, Hashable, Sendable {
    /// Name of the operand.
    package var name: String
    /// The model's input that it is; nil where the function `features` computes it.
    package var input: String?

    /// An input by its parts.
    package init(name: String, input: String?) {
      self.name = name
      self.input = input
    }

    /// The parameter and result that hold it.
    package var value: String { "feature.\(name)" }
  }

  /// Classes.
  package struct Target: Codable, Hashable, Sendable {
    /// Name of the operand.
    package var feature: String
    /// Number of classes.
    package var classes: Int

    /// Classes by their parts.
    package init(feature: String, classes: Int) {
      self.feature = feature
      self.classes = classes
    }
  }

  /// Ways to estimate.
  package enum Method: Codable, Hashable, Sendable {
    /// Functions `start` and `iterate`.
    case steps(limit: Int)
    /// Function `objective`, with the gradient of the states.
    case minimum(limit: Int)
    /// A library.
    case solver(name: String, parameters: [String: Double])
  }

  /// Functions of a fit.
  package enum Part: String, Hashable, Sendable, CaseIterable {
    /// What the node reads, for all rows.
    case features
    /// First states.
    case start
    /// Next states.
    case iterate
    /// A number to minimise, and its gradient.
    case objective
  }

  /// Name of one of its functions in the plan.
  package func function(_ part: Part) -> String { Self.function(part, of: node) }

  /// Name of a function that fits `node`.
  package static func function(_ part: Part, of node: String) -> String {
    "fit." + String(node.map { $0 == "/" ? "." : $0 }) + ".\(part.rawValue)"
  }

  /// The functions that it needs.
  package var parts: [Part] {
    let computed: [Part] = features.contains { $0.input == nil } ? [.features] : []
    switch method {
    case .steps: return computed + [.start, .iterate]
    case .minimum: return computed + [.objective]
    case .solver: return computed
    }
  }

  /// A description by its parts.
  package init(
    node: String, features: [Feature], states: [String], target: Target?, adapts: Bool, readsWeights: Bool,
    method: Method
  ) {
    self.node = node
    self.features = features
    self.states = states
    self.target = target
    self.adapts = adapts
    self.readsWeights = readsWeights
    self.method = method
  }
}

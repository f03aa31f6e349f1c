import GeocDiagnostics
import GeocIR
import GeocYAML

/// What a name stands for.
enum Binding {
  case value(Value)
  /// Its node was refused: whoever reads it keeps silent.
  case poisoned

  var value: Value? { if case .value(let value) = self { value } else { nil } }
}

/// The names that a graph sees, and what it is inside of.
struct Scope {
  /// In front of every name in the model: empty, or `residual_1/`.
  var prefix = ""
  /// Parameters of the block: `$channels`.
  var environment: [String: YAMLNode] = [:]
  /// The block, nil for the graph of the model.
  var block: BlockEntry?
  /// Calls from the graph of the model down to here.
  var calls: [(block: String, span: Span)] = []
  /// Inputs and the nodes so far.
  private(set) var bindings: [String: Binding] = [:]
  /// Where each name is given.
  private(set) var places: [String: Span] = [:]
  /// How many nodes of each op there are.
  private var counts: [String: Int] = [:]
  /// What a node without `from` reads.
  var previous: Binding?
  /// Name of the last node; empty before the first.
  var lastName = ""
  /// Names given anywhere in the graph, for a better message about a name that comes later.
  var aliases: Set<String> = []

  /// The next default name of a node of `op`.
  mutating func defaultName(_ op: String) -> String {
    counts[op, default: 0] += 1
    return "\(op)_\(counts[op, default: 1])"
  }

  /// The name of a value, the shortest where it has several.
  func name(of value: Value) -> String? {
    bindings.filter { $0.value.value == value }.keys.min { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
  }

  mutating func bind(_ name: String, _ binding: Binding, at span: Span) {
    bindings[name] = binding
    places[name] = span
  }
}

/// A node of the model, for messages and lints.
struct ElaboratedNode {
  /// Full name: `residual_1/h`.
  var path: String
  /// Its op.
  var op: String
  /// Where the op stands.
  var span: Span
  /// Prefix of its scope.
  var prefix: String
  /// Parameters.
  var attributes: Attributes
  /// Data inputs.
  var inputs: [Value]
  /// Results without states.
  var results: [Value]
  /// Whether it belongs to the loss.
  var isLoss: Bool
}

/// What made a value.
enum Maker {
  /// An input: the place of its type.
  case input(name: String, type: Span)
  /// A node, by its index.
  case node(Int)
}

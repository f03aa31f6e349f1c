import GeocDiagnostics
import GeocYAML

/// A value and the place in a file where it is written.
package struct Located<Value: Sendable>: Sendable {
  /// The value.
  package var value: Value
  /// Where it stands.
  package var span: Span

  /// A value at a place.
  package init(_ value: Value, _ span: Span) {
    self.value = value
    self.span = span
  }
}

extension Located: Equatable where Value: Equatable {}

/// A spec as written: keys and forms are checked, names and types are not.
package struct Spec: Sendable {
  /// The document.
  package var root: YAMLNode
  /// Folder that relative paths start from.
  package var folder: String
  /// `model`.
  package var name: Located<String>
  /// `description`.
  package var description = ""
  /// `dtype`: `f32` or `f64`.
  package var dtype = "f32"
  /// `dims`, in order.
  package var dims: [(name: Located<String>, size: Int)] = []
  /// `inputs`, in order.
  package var inputs: [(name: Located<String>, type: Located<String>)] = []
  /// `blocks`, own ones first, then those of included files.
  package var blocks: [BlockEntry] = []
  /// `graph`.
  package var graph: [NodeEntry] = []
  /// `outputs`; nil for the last node.
  package var outputs: [Located<String>]?
  /// `loss`.
  package var losses: [LossEntry] = []
  /// `metrics`.
  package var metrics: [MetricEntry] = []
  /// `claims`.
  package var claims: [ClaimEntry] = []
  /// `passes`.
  package var passes: [PassEntry] = []
  /// `data`, unread.
  package var data: (key: Span, value: YAMLNode)?
  /// `train`, unread.
  package var train: (key: Span, value: YAMLNode)?
  /// `sweep`, unread.
  package var sweep: (key: Span, value: YAMLNode)?

  /// Sizes by name.
  package var sizes: [String: Int] {
    Dictionary(dims.map { ($0.name.value, $0.size) }, uniquingKeysWith: { first, _ in first })
  }
}

/// One argument of a node: a parameter of its op, or one of its inputs by name.
package struct ArgumentEntry: Sendable {
  /// Its name.
  package var name: Located<String>
  /// Its value, unread.
  package var value: YAMLNode
}

/// One entry of a graph.
package struct NodeEntry: Sendable {
  /// Name of the op or block.
  package var op: Located<String>
  /// What is given to it.
  package var arguments: [ArgumentEntry] = []
  /// `as`.
  package var alias: Located<String>?
  /// `from`; nil for the previous node.
  package var from: [Located<String>]?
  /// `repeat`, unread: it may be a parameter of a block.
  package var times: YAMLNode?
}

/// A reusable sub-graph.
package struct BlockEntry: Sendable {
  /// Its name.
  package var name: Located<String>
  /// Its parameters; without a default they must be given.
  package var parameters: [(name: Located<String>, defaultValue: YAMLNode?)] = []
  /// Its inputs with their types; nil for one input of any type, named `x`.
  package var inputs: [(name: Located<String>, type: Located<String>?)]?
  /// Its nodes.
  package var graph: [NodeEntry] = []
  /// Names of its results; nil for the last node.
  package var outputs: [Located<String>]?
}

/// One term of the loss.
package struct LossEntry: Sendable {
  /// The node that computes it.
  package var node: NodeEntry
  /// Its factor in the sum.
  package var weight: Double
}

/// One metric.
package struct MetricEntry: Sendable {
  /// Its name.
  package var name: Located<String>
  /// The value it reads; nil for the prediction of the loss.
  package var prediction: Located<String>?
  /// The input it compares with; nil for the target of the loss.
  package var target: Located<String>?
  /// What is written about clusters, for `cluster_accuracy`.
  package var clustering: ClusterEntry?
}

/// One claim.
package struct ClaimEntry: Sendable {
  /// Which property.
  package var name: Located<String>
  /// What it is about, unread; nil for a bare name.
  package var value: YAMLNode?
}

/// One rewrite asked for.
package struct PassEntry: Sendable {
  /// Its name.
  package var name: Located<String>
  /// Its parameters.
  package var arguments: [ArgumentEntry]
}

/// A rewrite of a whole model that its spec asks for under `passes`, in one place: its page, its parameters and what it
/// makes of the function `forward`, before anything else sees it.
package protocol ModelRewrite: Sendable {
  /// Name in specs: `normalize_and_project`.
  static var name: String { get }
  /// Its page; `family` is `pass`.
  static var doc: OpDoc { get }
  /// Its parameters (no operands): `() {every: int = 1} ->`.
  static var signature: Signature { get }
  /// Rewrites `model`. Throws `InternalError`.
  static func run(_ model: inout RewrittenModel, _ attributes: Attributes, _ registry: OpRegistry) throws
}

/// A model on its way through the rewrites that its spec asks for.
package struct RewrittenModel: Sendable {
  /// The function `forward`, at the stage of layers.
  package var forward: Function
  /// What a training step does to parameters after their rules.
  package var projections: [Projection] = []
  /// What was done, for the report.
  package var changes: [Note] = []
  /// What is probably not meant so.
  package var warnings: [Warning] = []

  /// A sentence about a node.
  package struct Note: Hashable, Sendable {
    /// The rewrite.
    package var rewrite: String
    /// The sentence, lower case.
    package var message: String
    /// The node.
    package var origin: Origin
  }

  /// What a lint says of a node.
  package struct Warning: Hashable, Sendable {
    /// Name of the lint: `norm-of-one`.
    package var lint: String
    /// The sentence, lower case.
    package var message: String
    /// What to change.
    package var help: String
    /// The node.
    package var origin: Origin

    /// A warning by its parts.
    package init(_ lint: String, _ message: String, help: String, at origin: Origin) {
      self.lint = lint
      self.message = message
      self.help = help
      self.origin = origin
    }
  }

  /// A model before any rewrite.
  package init(forward: Function) { self.forward = forward }

  /// Tells what a rewrite did to a node.
  package mutating func note(_ rewrite: String, _ message: String, at origin: Origin) {
    changes.append(Note(rewrite: rewrite, message: message, origin: origin))
  }
}

/// What a training step does to parameters after their rules have stepped them: weights go back to the norm that they
/// started with, scales and offsets of norms are held. Optimizer states stay as they are.
package struct Projection: Hashable, Sendable {
  /// Weights whose norm is kept where the function is proved not to depend on it.
  package var weights: [String]
  /// Weights of the output layers.
  package var outputs: [String]
  /// Whether their norm is kept too, although the function depends on it.
  package var projectsOutputs: Bool
  /// Scales and offsets of the norms in front of the nonlinearities.
  package var norms: [Norm]
  /// Steps from one projection to the next; 0 for none at all.
  package var every: Int
  /// What happens to scales and offsets with a projection.
  package var treatment: Treatment
  /// The rewrite that asks for it.
  package var rewrite: String

  /// The learned numbers of one norm.
  package struct Norm: Hashable, Sendable {
    /// Name of the scale.
    package var scale: String
    /// Name of the offset; nil where there is none.
    package var offset: String?

    /// A norm by its parts.
    package init(scale: String, offset: String?) {
      self.scale = scale
      self.offset = offset
    }
  }

  /// Treatments of scales and offsets.
  package enum Treatment: Hashable, Sendable {
    /// They are learned freely.
    case none
    /// One factor for both keeps their common norm at the square root of the number of features.
    case joint
    /// The scale is pulled to 1 and the offset to 0 by a share of the way.
    case decay(rate: Double)
  }

  /// A projection by its parts.
  package init(
    rewrite: String, weights: [String], outputs: [String] = [], projectsOutputs: Bool = false, norms: [Norm] = [],
    every: Int = 1, treatment: Treatment = .none
  ) {
    self.rewrite = rewrite
    self.weights = weights
    self.outputs = outputs
    self.projectsOutputs = projectsOutputs
    self.norms = norms
    self.every = every
    self.treatment = treatment
  }
}

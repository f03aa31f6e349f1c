import GeocDiagnostics

/// A property that a spec claims of its model: proved by an analysis or tested by `verify`.
package struct ClaimDescription: Hashable, Sendable {
  /// What is claimed.
  package var property: Property
  /// Where.
  package var origin: Origin

  /// Properties that can be claimed.
  package enum Property: Hashable, Sendable {
    /// The outputs do not change when the group acts on the inputs.
    case invariant(group: String)
    /// The outputs transform with the inputs.
    case equivariant(group: String)
    /// The input can be computed from the output.
    case invertible
    /// Multiplying one of these parameters by a positive number leaves the outputs unchanged.
    case scaleInvariant(parameters: [String])
    /// A bound on the bytes that the model's largest step needs.
    case maxMemory(bytes: Int)
    /// A bound on the numbers that are learned.
    case maxParameters(Int)
    /// A bound on the floating-point operations of a prediction, for one sample.
    case maxFLOPs(Int)
  }

  /// A claim by its parts.
  package init(property: Property, origin: Origin = Origin()) {
    self.property = property
    self.origin = origin
  }
}

/// A model-level rewrite that a spec asks for.
package struct PassRequest: Hashable, Sendable {
  /// Name of the rewrite: `frame_average`.
  package var name: String
  /// Its parameters, complete with defaults.
  package var attributes: Attributes
  /// Where.
  package var origin: Origin

  /// A request by its parts.
  package init(name: String, attributes: Attributes = Attributes(), origin: Origin = Origin()) {
    self.name = name
    self.attributes = attributes
    self.origin = origin
  }
}

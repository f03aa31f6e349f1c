/// The optimizer of a spec: one rule for every parameter, with overrides for groups of them.
package struct OptimizerDescription: Hashable, Sendable {
  /// Name of the rule: `radam`.
  package var name: String
  /// Its parameters, complete with defaults.
  package var attributes: Attributes
  /// Overrides, in order; the first group that matches a parameter wins.
  package var groups: [Group]
  /// Largest global norm of all gradients; nil for no clipping.
  package var clip: Double?
  /// What a step does to parameters after their rules.
  package var projections: [Projection] = []

  /// Parameters that differ for some tensors.
  package struct Group: Hashable, Sendable {
    /// Glob over full parameter names, `*` and `?`: `bimap_*.weight`.
    package var pattern: String
    /// Changed parameters; `lr` is the group's own base rate. All parameters where the group has a rule of its own.
    package var overrides: Attributes
    /// Name of the group's own rule; nil for the common one.
    package var rule: String?
    /// How the group's own rate changes; nil for as the common one does.
    package var schedule: TrainingDescription.Schedule?

    /// A group by its parts.
    package init(
      pattern: String, overrides: Attributes, rule: String? = nil, schedule: TrainingDescription.Schedule? = nil
    ) {
      self.pattern = pattern
      self.overrides = overrides
      self.rule = rule
      self.schedule = schedule
    }

    /// Whether a full parameter name matches.
    package func matches(_ name: String) -> Bool { Self.glob(Array(pattern.utf8)[...], Array(name.utf8)[...]) }

    private static func glob(_ p: ArraySlice<UInt8>, _ s: ArraySlice<UInt8>) -> Bool {
      guard let head = p.first else { return s.isEmpty }
      if head == 0x2A { return glob(p.dropFirst(), s) || (!s.isEmpty && glob(p, s.dropFirst())) }
      guard let c = s.first, head == 0x3F || head == c else { return false }
      return glob(p.dropFirst(), s.dropFirst())
    }
  }

  /// An optimizer by its parts.
  package init(name: String, attributes: Attributes, groups: [Group] = [], clip: Double? = nil) {
    self.name = name
    self.attributes = attributes
    self.groups = groups
    self.clip = clip
  }

  /// Name of the rule that updates the tensor of a full name.
  package func rule(for name: String) -> String { groups.first { $0.matches(name) }?.rule ?? self.name }

  /// The parameters that apply to the tensor of a full name.
  package func attributes(for name: String) -> Attributes {
    guard let group = groups.first(where: { $0.matches(name) }) else { return attributes }
    if group.rule != nil { return group.overrides }
    var result = attributes
    for (key, value) in group.overrides.all { result[key] = value }
    return result
  }

  /// Name of the value that holds the rate of the tensor of a full name; nil where it follows the common rate.
  package func ownRate(for name: String) -> String? {
    groups.firstIndex { $0.matches(name) }.flatMap { groups[$0].schedule == nil ? nil : Self.rateName(group: $0) }
  }

  /// The rates of the groups that have a schedule of their own.
  package var ownRates: [TrainingDescription.OwnRate] {
    groups.enumerated().compactMap { k, group in
      guard let schedule = group.schedule else { return nil }
      let rate = group.overrides.real("lr", attributes.real("lr", 1))
      return .init(name: Self.rateName(group: k), learningRate: rate.isFinite ? rate : 1, schedule: schedule)
    }
  }

  private static func rateName(group: Int) -> String { "hyper.lr.\(group)" }
}

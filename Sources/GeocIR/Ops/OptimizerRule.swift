/// An optimizer in one place: parameters, state slots and the update of one parameter, as IR.
package protocol OptimizerRule: Sendable {
  /// Name in specs: `radam`.
  static var name: String { get }
  /// Its page; `family` is `optimizer`.
  static var doc: OpDoc { get }
  /// Its parameters (no operands): `() {lr: real, ...} ->`.
  static var signature: Signature { get }
  /// State slots of a parameter of type `type`, each with its initialiser.
  static func slots(_ type: GeoType, _ attributes: Attributes, _ spaces: SpaceTable) -> [Slot]
  /// Whether it adds its step to the parameter, whatever its space.
  static var isStraight: Bool { get }
  /// Whether it is made for hidden matrices, not for the head or embeddings.
  static var isForHiddenMatrices: Bool { get }
  /// Whether its update differs with what is proved of the scale of the parameter.
  static var readsScale: Bool { get }
  /// The new parameter and the new slots.
  static func update(_ b: inout Builder, _ u: UpdateContext) throws -> (parameter: Value, slots: [Value])
  /// Why the rule cannot step in a parameter of type `type`, and what to do about it; nil where it can.
  static func problem(_ type: GeoType, _ attributes: Attributes, _ spaces: SpaceTable) -> OptimizerProblem?
  /// Changes the model before it is differentiated for a step, where the rule needs another backward of the loss than
  /// its own. Why that cannot be; nil where it can.
  static func adapt(_ forward: inout Function, _ attributes: Attributes, _ registry: OpRegistry) -> OptimizerProblem?

  /// What can be said beforehand of its steps of a parameter of type `type`, a clause; nil for nothing.
  static func remark(_ type: GeoType, _ attributes: Attributes, _ spaces: SpaceTable) -> String?

  /// One moment or buffer.
  typealias Slot = OptimizerSlot
}

extension OptimizerRule {
  package static var isStraight: Bool { false }
  package static var isForHiddenMatrices: Bool { false }
  package static var readsScale: Bool { false }
  package static func problem(_ type: GeoType, _ attributes: Attributes, _ spaces: SpaceTable) -> OptimizerProblem? {
    nil
  }
  package static func remark(_ type: GeoType, _ attributes: Attributes, _ spaces: SpaceTable) -> String? { nil }
  package static func adapt(
    _ forward: inout Function, _ attributes: Attributes, _ registry: OpRegistry
  ) -> OptimizerProblem? {
    nil
  }
}

/// A parameter that an optimizer cannot step.
package struct OptimizerProblem: Hashable, Sendable {
  /// What is in the way, a clause.
  package var message: String
  /// What to change.
  package var help: String
  /// The node in the way, where there is one.
  package var origin: Origin?

  /// A problem by its parts.
  package init(_ message: String, help: String, origin: Origin? = nil) {
    self.message = message
    self.help = help
    self.origin = origin
  }
}

/// What is proved of a weight: the loss of a training step does not change when it is multiplied by positive numbers.
package enum ScaleInvariance: String, Hashable, Sendable, CaseIterable {
  /// Nothing is proved.
  case unproved
  /// By one number for the whole tensor.
  case layer
  /// By a number of its own for each index of the first axis.
  case channel
}

/// A moment or buffer of an optimizer: checkpointed as `optimizer.<param>.<name>`.
package struct OptimizerSlot: Hashable, Sendable {
  /// Its name: `exp_avg`.
  package var name: String
  /// Its type.
  package var type: GeoType
  /// How it starts.
  package var initial: String

  /// A slot by its parts.
  package init(name: String, type: GeoType, initial: String = "zeros") {
    self.name = name
    self.type = type
    self.initial = initial
  }
}

/// What an optimizer sees of one parameter.
package struct UpdateContext: Sendable {
  /// The parameter.
  package var parameter: Value
  /// Its Euclidean gradient.
  package var gradient: Value
  /// Its slots, in the order of `slots`.
  package var slots: [Value]
  /// The learning rate of this step, a scalar value.
  package var learningRate: Value
  /// Number of this step, from 1, a scalar value.
  package var step: Value
  /// The type of the parameter.
  package var type: GeoType
  /// The space of the parameter.
  package var space: any SpaceDeclaration.Type
  /// Metric and retraction chosen for it.
  package var geometry: Geometry
  /// Parameters of the optimizer, with group overrides applied.
  package var attributes: Attributes
  /// Gradients of all parameters with the same settings, this one among them.
  package var group: [Value]
  /// What the scale analysis proves of the parameter, where the rule reads it.
  package var scale: ScaleInvariance

  /// A context by its parts.
  package init(
    parameter: Value, gradient: Value, slots: [Value], learningRate: Value, step: Value, type: GeoType,
    space: any SpaceDeclaration.Type, geometry: Geometry, attributes: Attributes, group: [Value],
    scale: ScaleInvariance
  ) {
    self.parameter = parameter
    self.gradient = gradient
    self.slots = slots
    self.learningRate = learningRate
    self.step = step
    self.type = type
    self.space = space
    self.geometry = geometry
    self.attributes = attributes
    self.group = group
    self.scale = scale
  }
}

/// How a parameter starts.
package protocol Initializer: Sendable {
  /// Name in signatures: `orthogonal`, `uniform_fan_in`.
  static var name: String { get }
  /// One sentence.
  static var summary: String { get }
  /// The initial value of a parameter of `type`; `stream` numbers the parameter, for its random numbers.
  static func build(
    _ b: inout Builder, type: GeoType, argument: String, stream: Int
  ) throws -> Value
  /// Mean and variance of the elements of a parameter of a shape; nil where they are not known.
  static func moments(_ shape: [Int], argument: String) -> Moments?
}

extension Initializer {
  package static func moments(_ shape: [Int], argument: String) -> Moments? { nil }
}

/// Everything that is declared: ops, spaces, optimizers, initialisers, rewrites of models.
package final class OpRegistry: Sendable {
  /// Ops by name.
  package let ops: [String: any Op.Type]
  /// Ops in order of declaration.
  package let ordered: [any Op.Type]
  /// Spaces.
  package let spaces: SpaceTable
  /// Optimizers by name.
  package let optimizers: [String: any OptimizerRule.Type]
  /// Initialisers by name.
  package let initializers: [String: any Initializer.Type]
  /// Rewrites of whole models, in order of declaration.
  package let rewrites: [any ModelRewrite.Type]
  let memory = RuleMemory()

  /// A registry of everything given.
  package init(
    ops: [any Op.Type], spaces: [any SpaceDeclaration.Type], optimizers: [any OptimizerRule.Type] = [],
    initializers: [any Initializer.Type] = [], rewrites: [any ModelRewrite.Type] = []
  ) {
    ordered = ops
    self.rewrites = rewrites
    self.ops = Dictionary(ops.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    self.spaces = SpaceTable(spaces)
    self.optimizers = Dictionary(optimizers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    self.initializers = Dictionary(initializers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// An op by name.
  package subscript(name: String) -> (any Op.Type)? { ops[name] }

  /// The node as its op sees it. Throws `InternalError` for an unknown op.
  package func context(_ node: Node, in function: Function) throws -> OpContext {
    guard let op = ops[node.op] else { throw InternalError("unknown op '\(node.op)'") }
    return OpContext(
      attributes: node.attributes, signature: op.signature, inputs: node.inputs,
      inputTypes: function.types(of: node.inputs), results: node.results, resultTypes: function.types(of: node.results),
      spaces: spaces)
  }
}

import GeocIR

/// One transformation of a function, in one file.
package protocol Pass: Sendable {
  /// Name for `--disable` and `--emit ir-after=NAME`.
  static var name: String { get }
  /// What it does, one sentence.
  static var summary: String { get }
  /// Why it stands where it stands in the pipeline.
  static var reason: String { get }
  /// Whether a program stays executable without it.
  static var isOptional: Bool { get }
  /// The transformed function. Throws `InternalError`, or `RewriteProblem` for a mistake of the user.
  static func run(_ f: Function, _ options: PassOptions, _ report: inout PassReport) throws -> Function
}

extension Pass {
  package static var isOptional: Bool { true }
}

/// What every pass may use.
package struct PassOptions: Sendable {
  /// Declared ops and spaces.
  package var registry: OpRegistry
  /// Names of passes left out.
  package var disabled: Set<String>
  /// Whether hand-written backwards are used; otherwise bodies are differentiated.
  package var usesManualBackward: Bool
  /// The scalar type of the model.
  package var dtype: DType
  /// Whether the function after each pass is kept.
  package var keepsStages = true

  /// Options by their parts.
  package init(
    registry: OpRegistry, disabled: Set<String> = [], usesManualBackward: Bool = true, dtype: DType = .f64
  ) {
    self.registry = registry
    self.dtype = dtype
    self.disabled = disabled
    self.usesManualBackward = usesManualBackward
  }
}

/// A rewrite that the user's model does not admit.
package struct RewriteProblem: Error, Sendable {
  /// Sentence, lower case.
  package var message: String
  /// The node it is about.
  package var origin: Origin
  /// What to change, where the pass knows.
  package var help: String?

  /// A problem with its place.
  package init(_ message: String, origin: Origin, help: String? = nil) {
    self.message = message
    self.origin = origin
    self.help = help
  }
}

/// What the passes did, by place in the spec.
package struct PassReport: Hashable, Sendable {
  /// One rewrite.
  package struct Entry: Hashable, Sendable {
    /// The pass.
    package var pass: String
    /// The function it worked on.
    package var function: String
    /// What it did: `fused reeig_1 and logeig_1 into one spectral map`.
    package var message: String
    /// Where.
    package var origin: Origin

    /// An entry by its parts.
    package init(pass: String, function: String, message: String, origin: Origin) {
      self.pass = pass
      self.function = function
      self.message = message
      self.origin = origin
    }
  }

  /// All rewrites, in order.
  package private(set) var entries: [Entry] = []

  /// An empty report.
  package init() {}

  /// The same rewrites of a function of another name.
  package func named(_ function: String) -> PassReport {
    var copy = self
    for k in entries.indices { copy.entries[k].function = function }
    return copy
  }

  /// Records a rewrite.
  package mutating func record(_ pass: String, _ f: Function, _ message: String, at origin: Origin) {
    entries.append(Entry(pass: pass, function: f.name, message: message, origin: origin))
  }
}

/// Rebuilds a function node by node; what most passes are made of.
struct Rebuilder {
  var builder: Builder
  /// Values of the source in the new function. What is kept as it is maps to itself: both functions share their values.
  var map: ValueMap
  let source: Function

  /// A rebuilder with the parameters of `source`, their types through `type`.
  init(
    _ source: Function, _ registry: OpRegistry, mergesEqualNodes: Bool = false, type: ((GeoType) -> GeoType)? = nil
  ) {
    self.source = source
    builder = Builder(
      rebuilding: source, registry: registry, mergesEqualNodes: mergesEqualNodes, type: type)
    map = ValueMap(count: source.types.count)
    for p in source.parameters { map[p.value] = p.value }
  }

  /// The new value for an old one. Throws `InternalError` when its producer was dropped.
  func value(_ old: Value) throws -> Value {
    guard let new = map[old] else { throw InternalError("a value that was removed is read") }
    return new
  }

  /// The new values for old ones. Throws `InternalError` when a producer was dropped.
  func values(_ old: [Value]) throws -> [Value] { try old.map { try value($0) } }

  /// A node of the source as its op sees it: the types that the source has, the inputs of the new function. Throws
  /// `InternalError` when one of them was dropped.
  func context(_ node: Node) throws -> OpContext {
    try builder.registry.context(node, in: source).on(try values(node.inputs), results: [])
  }

  /// The body of a node of the source, whose op is `op`; nil where it has none. With `orDefinition` that of a core op is its
  /// definition. Throws what the op throws.
  mutating func body(_ op: any Op.Type, of node: Node, orDefinition: Bool = false) throws -> [Value]? {
    try builder.body(op, of: node, in: source, on: try values(node.inputs), orDefinition: orDefinition)
  }

  /// The backward of a node of the source, from the cotangents of its results; nil where it has none. Throws what the op
  /// throws.
  mutating func backward(_ op: any Op.Type, of node: Node, _ cotangents: [Value?]) throws -> [Value?]? {
    try builder.backward(
      op, of: node, in: source, on: try values(node.inputs), results: try values(node.results), cotangents)
  }

  /// Whether a node of the source has a backward. Throws what the op throws.
  func hasBackward(_ op: any Op.Type, of node: Node) throws -> Bool {
    try builder.hasBackward(op, of: node, in: source, on: try values(node.inputs))
  }

  /// Takes a node over as it is.
  mutating func copy(_ node: Node) throws { try builder.keep(node, of: source, &map) }

  /// A new value of the type, and at the base point, that `old` has in the source. Throws `InternalError`.
  mutating func retyped(_ new: Value, as old: Value) throws -> Value {
    try builder.retyped(new, as: old, of: source, map)
  }

  /// Lets `new` stand for the results of `node`, under their names.
  mutating func replace(_ node: Node, with new: [Value]) throws {
    guard node.results.count == new.count else {
      throw InternalError("'\(node.op)' was replaced by \(new.count) values instead of \(node.results.count)")
    }
    for (old, value) in zip(node.results, new) {
      map[old] = value
      builder.suggestName(value, source.names[old.index])
    }
  }

  /// The finished function.
  mutating func finish() throws -> Function {
    try builder.copyResults(of: source, map)
    return builder.function
  }
}

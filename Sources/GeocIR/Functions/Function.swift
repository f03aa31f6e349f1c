import GeocDiagnostics

/// A value of a function: the result of a node, or a parameter.
package struct Value: Hashable, Sendable {
  /// Position in the function's value table.
  package let index: Int

  /// The value at `index`.
  package init(_ index: Int) { self.index = index }
}

/// Where a node comes from: a place in a spec and the pass that made it. Its copies are one object, as nodes are.
package struct Origin: Hashable, Sendable {
  private var parts: Parts

  private final class Parts: Sendable {
    let span: Span?
    let line: Int
    let column: Int
    let pass: String
    let path: String

    init(_ span: Span?, _ line: Int, _ column: Int, _ pass: String, _ path: String) {
      self.span = span
      self.line = line
      self.column = column
      self.pass = pass
      self.path = path
    }
  }

  /// An origin by its parts.
  package init(span: Span? = nil, line: Int = 0, column: Int = 0, pass: String = "", path: String = "") {
    if line == 0, let position = span?.lineAndColumn {
      parts = Parts(span, position.line, position.column, pass, path)
    } else {
      parts = Parts(span, line, column, pass, path)
    }
  }

  /// Place in the spec; nil for nodes that no line asked for.
  package var span: Span? { parts.span }

  /// Line and column, kept when the source is gone (IR read from text).
  package var line: Int { parts.line }

  /// Column, from 1; 0 with line 0 when unknown.
  package var column: Int { parts.column }

  /// The pass that made the node; empty for the user's own.
  package var pass: String {
    get { parts.pass }
    set { parts = Parts(span, line, column, newValue, path) }
  }

  /// The spec node it belongs to: `block_1/bwbn_1`.
  package var path: String {
    get { parts.path }
    set { parts = Parts(span, line, column, pass, newValue) }
  }

  /// The same place, made by `pass`.
  package func by(_ pass: String) -> Origin {
    var copy = self
    copy.pass = pass
    return copy
  }

  package static func == (a: Origin, b: Origin) -> Bool {
    a.parts === b.parts
      || (a.line == b.line && a.column == b.column && a.span == b.span && a.pass == b.pass && a.path == b.path)
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(line)
    hasher.combine(column)
    hasher.combine(path)
  }
}

/// One operation of a function. Its copies are one object: passes hand most nodes on as they are.
package struct Node: Hashable, Sendable {
  private var parts: Parts

  private final class Parts: Sendable {
    let op: String
    let inputs: [Value]
    let attributes: Attributes
    let results: [Value]
    let origin: Origin

    init(op: String, inputs: [Value], attributes: Attributes, results: [Value], origin: Origin) {
      self.op = op
      self.inputs = inputs
      self.attributes = attributes
      self.results = results
      self.origin = origin
    }
  }

  /// A node by its parts.
  package init(op: String, inputs: [Value], attributes: Attributes, results: [Value], origin: Origin) {
    parts = Parts(op: op, inputs: inputs, attributes: attributes, results: results, origin: origin)
  }

  /// Name of the op.
  package var op: String { parts.op }

  /// Data inputs, then weights, then states.
  package var inputs: [Value] {
    get { parts.inputs }
    set { self = Node(op: op, inputs: newValue, attributes: attributes, results: results, origin: origin) }
  }

  /// Parameters.
  package var attributes: Attributes {
    get { parts.attributes }
    set { self = Node(op: op, inputs: inputs, attributes: newValue, results: results, origin: origin) }
  }

  /// Results; new states last.
  package var results: [Value] { parts.results }

  /// Where it comes from.
  package var origin: Origin {
    get { parts.origin }
    set { self = Node(op: op, inputs: inputs, attributes: attributes, results: results, origin: newValue) }
  }

  package static func == (a: Node, b: Node) -> Bool {
    a.parts === b.parts
      || (a.results == b.results && a.inputs == b.inputs && a.op == b.op && a.attributes == b.attributes
        && a.origin == b.origin)
  }

  /// Whether both are one object, and so equal in everything.
  func isSame(as other: Node) -> Bool { parts === other.parts }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(op)
    hasher.combine(inputs)
    hasher.combine(results)
  }
}

/// What a parameter of a function is.
package enum ParameterKind: String, Hashable, Sendable, CaseIterable {
  /// Per-sample data.
  case input
  /// A learned weight.
  case param
  /// A running statistic.
  case state
  /// A moment or buffer of the optimizer.
  case slot
  /// A number of the training loop: the learning rate, the step count.
  case hyper
  /// The cotangent of an output.
  case cotangent
  /// A value computed once from parameters and states, by the function `prepare`.
  case prepared
}

/// A parameter of a function.
package struct Parameter: Hashable, Sendable {
  /// The value that stands for it.
  package var value: Value
  /// Its full name: `bwbn_1.running_mean`.
  package var name: String
  /// What it is.
  package var kind: ParameterKind
  /// How it starts: an initialiser with arguments, empty for inputs.
  package var initial: String

  /// A parameter by its parts.
  package init(value: Value, name: String, kind: ParameterKind, initial: String = "") {
    self.value = value
    self.name = name
    self.kind = kind
    self.initial = initial
  }
}

/// A named result of a function.
package struct FunctionResult: Hashable, Sendable {
  /// Its name: `logits`, `loss`, `grad.linear_1.weight`, `state.bwbn_1.running_mean`.
  package var name: String
  /// The value.
  package var value: Value

  /// A result by its parts.
  package init(name: String, value: Value) {
    self.name = name
    self.value = value
  }

  /// The name of the parameter, statistic or moment that the result replaces, nil for other results.
  package var storeName: String? { Self.storeName(name) }

  /// The same for a name: `param.w` and `state.s` without their first part, `optimizer.…` and `prepared.…` as they are.
  package static func storeName(_ name: String) -> String? {
    for prefix in ["param.", "state."] where name.hasPrefix(prefix) { return String(name.dropFirst(prefix.count)) }
    return name.hasPrefix("optimizer.") || name.hasPrefix("prepared.") ? name : nil
  }
}

/// What kind of ops a function may hold.
package enum Stage: String, Hashable, Sendable, CaseIterable {
  /// Geometric ops and types, as the user wrote them, and core ops.
  case layers
  /// Only ops with a kernel, on arrays.
  case core
}

/// A pure straight-line function in single-assignment form.
package struct Function: Hashable, Sendable {
  /// `predict`, `loss`, `gradient`, `step`.
  package var name: String
  /// What may stand in it.
  package var stage: Stage
  /// Parameters, in order.
  package var parameters: [Parameter] = []
  /// Nodes, each after the nodes it reads.
  package var nodes: [Node] = []
  /// Results, in order.
  package var results: [FunctionResult] = []
  /// Type of every value.
  package var types: [GeoType] = []
  /// Preferred name of every value, unique; empty for `%index`.
  package var names: [String] = []

  /// An empty function.
  package init(name: String, stage: Stage) {
    self.name = name
    self.stage = stage
  }

  /// Type of a value.
  package func type(_ value: Value) -> GeoType { types[value.index] }

  /// Types of values.
  package func types(of values: some Sequence<Value>) -> [GeoType] { values.map { types[$0.index] } }

  /// Types of values, read where they stand.
  func lazyTypes(of values: ArraySlice<Value>) -> LazyTypes { LazyTypes(types: types, values: values) }

  /// Types of the inputs of a node, then those of its results.
  func typesSeen(by node: Node) -> [GeoType] {
    let (inputs, results) = (node.inputs, node.results)
    var seen: [GeoType] = []
    seen.reserveCapacity(inputs.count + results.count)
    for value in inputs { seen.append(types[value.index]) }
    for value in results { seen.append(types[value.index]) }
    return seen
  }

  /// A value as a base point of tangent vectors.
  package func base(_ value: Value) -> BasePoint { BasePoint(value, name: names[value.index]) }

  /// The parameter of a name.
  package func parameter(_ name: String) -> Parameter? { parameters.first { $0.name == name } }

  /// The result of a name.
  package func result(_ name: String) -> Value? { results.first { $0.name == name }?.value }

  /// All results by name, for who asks for many.
  package func resultsByName() -> [String: Value] {
    Dictionary(results.map { ($0.name, $0.value) }) { first, _ in first }
  }

  /// Whether it is the program of `other`, a function over the same values, whatever values that nothing defines are left.
  package func isProgram(of other: Function) -> Bool {
    nodes == other.nodes && results == other.results && parameters == other.parameters
  }

  /// Whether it differs from `other` in its name only.
  package func isTwin(of other: Function) -> Bool {
    var copy = self
    copy.name = other.name
    return copy == other
  }

  /// For every value the index of the node that makes it, -1 for parameters.
  package func producers() -> [Int] {
    var table = [Int](repeating: -1, count: types.count)
    for (k, node) in nodes.enumerated() { for value in node.results { table[value.index] = k } }
    return table
  }

  /// How often each value is read, results of the function included.
  package func useCounts() -> [Int] {
    var table = [Int](repeating: 0, count: types.count)
    for node in nodes { for value in node.inputs { table[value.index] += 1 } }
    for result in results { table[result.value.index] += 1 }
    return table
  }
}

/// Types of values of a function.
struct LazyTypes: RandomAccessCollection {
  fileprivate let types: [GeoType]
  fileprivate let values: ArraySlice<Value>

  var startIndex: Int { values.startIndex }
  var endIndex: Int { values.endIndex }
  subscript(position: Int) -> GeoType { types[values[position].index] }
}

extension Function {
  /// The same function with values for what it defines only, in the order of their definition, so that their numbers do not
  /// depend on what it was rebuilt from.
  package func numbered() -> Function {
    var order = [Int](repeating: -1, count: types.count)
    var defined: [Value] = []
    func define(_ value: Value) {
      guard order[value.index] < 0 else { return }
      order[value.index] = defined.count
      defined.append(value)
    }
    for p in parameters { define(p.value) }
    for node in nodes { node.results.forEach(define) }
    let isNumbered = defined.count == types.count && defined.indices.allSatisfy { defined[$0].index == $0 }
    // A base point takes the name that its value has now.
    if isNumbered && types.allSatisfy({ $0.base == nil }) { return self }
    func new(_ value: Value) -> Value { order[value.index] < 0 ? value : Value(order[value.index]) }
    var copy = self
    copy.names = defined.map { names[$0.index] }
    copy.types = defined.map { value in
      types[value.index].rebased { BasePoint(new($0.value), name: names[$0.value.index]) }
    }
    for k in parameters.indices { copy.parameters[k].value = new(parameters[k].value) }
    copy.nodes = nodes.map {
      Node(
        op: $0.op, inputs: $0.inputs.map(new), attributes: $0.attributes, results: $0.results.map(new),
        origin: $0.origin)
    }
    for k in results.indices { copy.results[k].value = new(results[k].value) }
    return copy
  }
}

/// A model as functions.
package struct Module: Hashable, Sendable {
  /// Name of the model.
  package var name: String
  /// Scalar type of all real values.
  package var dtype: DType
  /// Functions in order.
  package var functions: [Function] = []

  /// An empty module.
  package init(name: String, dtype: DType) {
    self.name = name
    self.dtype = dtype
  }

  /// A function by name.
  package subscript(name: String) -> Function? {
    get { functions.first { $0.name == name } }
    set {
      if let at = functions.firstIndex(where: { $0.name == name }) {
        if let newValue { functions[at] = newValue } else { functions.remove(at: at) }
      } else if let newValue {
        functions.append(newValue)
      }
    }
  }
}

/// Where tangent vectors stand that are used at a value. An alias of the same type (`stop_gradient`) is its input under
/// another name, and a vector at the one is a vector at the other.
package struct Places: Sendable {
  private var sources: [Value: Value] = [:]

  /// Those of no node.
  package init() {}

  /// Reads a node, whose values are all of `function`, and behind those that made its inputs.
  package mutating func add(_ node: Node, in function: Function, _ registry: OpRegistry) {
    guard let input = node.inputs.first, let result = node.results.first,
      function.type(result) == function.type(input), registry[node.op]?.traits.contains(.alias) == true
    else { return }
    sources[result] = sources[input] ?? input
  }

  /// The base point of tangent vectors at `value`.
  package func base(_ value: Value, in function: Function) -> BasePoint { function.base(sources[value] ?? value) }
}

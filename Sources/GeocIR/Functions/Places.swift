/// Where tangent vectors stand that are used at a value. An alias of the same type (`stop_gradient`) is its input under
/// another name, and a vector at the one is a vector at the other.
package struct Places: Sendable {
  /// For every value the node that makes it, -1 for others.
  private var makers: [Int] = []

  /// Those of no node.
  package init() {}

  /// Reads what a node gives, behind those that made its inputs.
  package mutating func add(_ results: [Value], ofNodeAt index: Int) {
    for value in results {
      while makers.count <= value.index { makers.append(-1) }
      makers[value.index] = index
    }
  }

  /// The base point of tangent vectors at `value`.
  package func base(_ value: Value, in function: Function, _ registry: OpRegistry) -> BasePoint {
    var place = value
    var last = function.nodes.count
    while place.index < makers.count, (0..<last).contains(makers[place.index]) {
      // A function that is not valid may make its values in a circle.
      last = makers[place.index]
      let node = function.nodes[last]
      guard let input = node.inputs.first, node.results.first == place,
        function.type(place) == function.type(input), registry[node.op]?.traits.contains(.alias) == true
      else { break }
      place = input
    }
    return function.base(place)
  }
}

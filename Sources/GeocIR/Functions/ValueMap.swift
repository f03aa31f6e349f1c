/// Values of one function by values of another: a table, since most of them have one.
package struct ValueMap: Sendable {
  private var table: [Int]
  private static let none = -1

  /// Room for the values of a function that has `count` of them; it grows where there are more.
  package init(count: Int = 0) { table = [Int](repeating: Self.none, count: count) }

  /// What a value is in the other function; nil where it is nothing.
  package subscript(value: Value) -> Value? {
    get {
      guard table.indices.contains(value.index), table[value.index] != Self.none else { return nil }
      return Value(table[value.index])
    }
    set {
      if value.index >= table.count {
        table += [Int](repeating: Self.none, count: value.index + 1 - table.count)
      }
      table[value.index] = newValue?.index ?? Self.none
    }
  }
}

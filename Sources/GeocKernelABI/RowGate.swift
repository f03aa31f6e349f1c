/// How a combination of vectors of a row program names the gate behind it: which of its coordinates stay, the others become
/// 0. A number that is not negative is that of a vector, and those coordinates stay where it is positive.
package enum RowGate {
  /// All coordinates stay.
  package static let open = -1
  /// The positive coordinates stay.
  package static let positive = -2
}

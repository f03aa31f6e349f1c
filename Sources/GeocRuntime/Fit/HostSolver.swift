import GeocDiagnostics
import GeocTensorFiles

/// Features and classes of all rows, for a library.
struct SolverFeatures: Sendable {
  /// Row after row.
  var values: [Double]
  /// Numbers of one row.
  var width: Int
  /// Class of each row.
  var labels: [Int]
  /// Number of classes, each of which occurs.
  var classes: Int
}

/// A library that finds the states of a node.
protocol HostSolver: Sendable {
  /// Name in rules of ops.
  static var name: String { get }
  /// States by operand. Throws `GeocError` where there is no solution.
  static func fit(
    features: SolverFeatures, _ parameters: [String: Double]
  ) throws(GeocError) -> [(state: String, tensor: Tensor)]
}

/// All of them.
enum HostSolvers {
  static let all: [any HostSolver.Type] = [SupportVectors.self]
}

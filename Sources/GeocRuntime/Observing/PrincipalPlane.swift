import GeocDiagnostics
import GeocIR
import GeocPlan
import GeocTensorFiles
import GeocThreads

/// The plane of largest variance of some vectors: a function of matrix products and one `eigh`, of the smaller of the two
/// Gram matrices.
package final class PrincipalPlane {
  private let executable: Executable
  private let store = ParameterStore(dtype: .f64)
  private let rows: Int
  private let width: Int

  /// A plane for `rows` vectors of `width` numbers. Throws `InternalError` and what `Executable` throws.
  package init(rows: Int, width: Int, registry: OpRegistry) throws {
    (self.rows, self.width) = (rows, width)
    var b = Builder(name: "principal_plane", stage: .core, registry: registry)
    let x = b.parameter("x", .real([rows, width]), .param)
    let sum = try b.one("reduce", [x], ["kind": .name("sum"), "axes": .ints([0]), "keep": .bool(true)])
    let centred = try b.one(
      "map", [x, sum], ["expr": .expression(try ScalarExpression.parse("x0 - \(1 / Double(max(1, rows))) * x1"))])
    let isTall = rows > width
    let gram = try b.one("matmul", [centred, centred], ["ta": .bool(isTall), "tb": .bool(!isTall)])
    let pair = try b.node("eigh", [gram])
    b.result("w", pair[0])
    b.result(
      "scores", isTall ? try b.one("matmul", [centred, pair[1]], ["ta": .bool(false), "tb": .bool(false)]) : pair[1])
    let schedule = try Scheduler.schedule(b.function, registry: registry, dtype: .f64)
    executable = try Executable(
      b.function, schedule, spaces: registry.spaces, store: store, pool: ThreadPool(count: 1))
  }

  /// Two coordinates for each vector, and the share of the variance along both. Throws what `Executable.run` throws.
  package func coordinates(of values: [Double]) throws(GeocError) -> (points: [[Double]], share: [Double]) {
    let tensor = try readingFiles { () throws(TensorFileError) in try Tensor(values, shape: [rows, width]) }
    try store.set("x", tensor)
    try executable.runFinite(Batch(rows: [0]))
    guard let w = executable.result("w")?.doubles(), let scores = executable.result("scores")?.doubles() else {
      return ([], [])
    }
    let count = w.count
    let total = w.reduce(0) { $0 + max(0, $1) }
    var points = [[Double]](repeating: [], count: rows)
    var share: [Double] = []
    for axis in 1...2 {
      let column = count - axis
      guard column >= 0 else {
        for row in points.indices { points[row].append(0) }
        share.append(0)
        continue
      }
      // An eigenvector of x xᵀ has norm 1, the coordinates have the norm of the singular value.
      let factor = rows > width ? 1 : max(0, w[column]).squareRoot()
      var axisValues = (0..<rows).map { scores[$0 * count + column] * factor }
      // Of both directions, that in which the farthest point is positive: planes of two epochs look alike.
      if let far = axisValues.max(by: { abs($0) < abs($1) }), far < 0 { axisValues = axisValues.map { -$0 } }
      for row in points.indices { points[row].append(axisValues[row].short) }
      share.append(total > 0 ? (max(0, w[column]) / total).short : 0)
    }
    return (points, share)
  }
}

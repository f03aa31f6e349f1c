import CSvm
import GeocDiagnostics
import GeocTensorFiles

/// Support vector machines by LIBSVM.
enum SupportVectors: HostSolver {
  static let name = "svm_rbf"

  static func fit(
    features: SolverFeatures, _ given: [String: Double]
  ) throws(GeocError) -> [(state: String, tensor: Tensor)] {
    let gamma = given["gamma"] ?? scale(features)
    // Rows in the order of their classes: LIBSVM numbers classes as it meets them.
    let order = features.labels.indices.sorted { (features.labels[$0], $0) < (features.labels[$1], $1) }
    var parameters = svm_parameter()
    parameters.svm_type = Int32(C_SVC)
    parameters.kernel_type = Int32(RBF)
    parameters.gamma = gamma
    parameters.C = given["C"] ?? 1
    parameters.cache_size = 200
    parameters.eps = 1e-3
    parameters.shrinking = 1
    svm_set_print_string_function { _ in }
    let width = features.width
    var nodes: [svm_node] = []
    nodes.reserveCapacity(order.count * (width + 1))
    for row in order {
      for e in 0..<width { nodes.append(svm_node(index: Int32(e + 1), value: features.values[row * width + e])) }
      nodes.append(svm_node(index: -1, value: 0))
    }
    var targets = order.map { Double(features.labels[$0]) }
    let capacity = Int(given["capacity"] ?? 0)
    let solution: Result<Solution, GeocError> = nodes.withUnsafeMutableBufferPointer { nodes in
      guard let first = nodes.baseAddress else { return .failure(failure("there are no rows")) }
      var rows: [UnsafeMutablePointer<svm_node>?] = order.indices.map { first + $0 * (width + 1) }
      return rows.withUnsafeMutableBufferPointer { rows in
        targets.withUnsafeMutableBufferPointer { targets in
          var problem = svm_problem(l: Int32(clamping: order.count), y: targets.baseAddress, x: rows.baseAddress)
          if let message = svm_check_parameter(&problem, &parameters) {
            return .failure(failure(String(cString: message)))
          }
          var model = svm_train(&problem, &parameters)
          defer { svm_free_and_destroy_model(&model) }
          guard let model else { return .failure(failure("LIBSVM found no model")) }
          return read(model, order, features, capacity: capacity)
        }
      }
    }
    let found = try solution.get()
    let pairs = found.intercept.count
    return try readingFiles { () throws(TensorFileError) in
      [
        ("support", try Tensor(found.support, shape: [capacity, width])),
        ("dual", try Tensor(found.dual, shape: [capacity, pairs])),
        ("intercept", try Tensor(found.intercept, shape: [pairs])), ("width", try Tensor([gamma], shape: [])),
      ]
    }
  }

  private struct Solution: Sendable {
    var support: [Double]
    var dual: [Double]
    var intercept: [Double]
  }

  /// 1/(n var), var the variance of all numbers of all features; 1 for constant features, as scikit-learn has it.
  private static func scale(_ features: SolverFeatures) -> Double {
    let count = Double(max(1, features.values.count))
    let mean = features.values.reduce(0, +) / count
    let variance = features.values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    return variance > 0 ? 1 / (Double(features.width) * variance) : 1
  }

  /// The dual coefficients of each pair of classes, in ascending order of classes, positive for the smaller.
  private static func read(
    _ model: UnsafeMutablePointer<svm_model>, _ order: [Int], _ features: SolverFeatures, capacity: Int
  ) -> Result<Solution, GeocError> {
    let m = model.pointee
    let (count, classes) = (Int(m.l), features.classes)
    guard count <= capacity else {
      return .failure(
        GeocError(
          Diagnostic(
            .data.tooManySupportVectors, "the machine has \(count) support vectors, and room for \(capacity)",
            help: ["give 'svm_rbf' a 'capacity' of \(count) or more; as many as training rows always do"])))
    }
    guard Int(m.nr_class) == classes, let label = m.label, let sizes = m.nSV, let indices = m.sv_indices,
      let coefficients = m.sv_coef, let rho = m.rho
    else { return .failure(failure("LIBSVM gave a model of \(m.nr_class) classes, expected \(classes)")) }
    let pairs = classes * (classes - 1) / 2
    var solution = Solution(
      support: [Double](repeating: 0, count: capacity * features.width),
      dual: [Double](repeating: 0, count: capacity * pairs), intercept: [Double](repeating: 0, count: pairs))
    for s in 0..<count {
      let row = order[Int(indices[s]) - 1]
      for e in 0..<features.width {
        solution.support[s * features.width + e] = features.values[row * features.width + e]
      }
    }
    var starts = [0]
    for k in 0..<classes { starts.append(starts[k] + Int(sizes[k])) }
    var pair = 0
    for i in 0..<classes {
      for j in (i + 1)..<max(classes, i + 1) {
        let (a, b) = (Int(label[i]), Int(label[j]))
        let (low, high) = (min(a, b), max(a, b))
        let sign: Double = a < b ? 1 : -1
        // Place of (low, high) among (0,1), (0,2), …, (1,2), ….
        let place = low * (2 * classes - low - 1) / 2 + high - low - 1
        solution.intercept[place] = -sign * rho[pair]
        if let own = coefficients[j - 1] {
          for s in starts[i]..<starts[i + 1] { solution.dual[s * pairs + place] = sign * own[s] }
        }
        if let own = coefficients[i] {
          for s in starts[j]..<starts[j + 1] { solution.dual[s * pairs + place] = sign * own[s] }
        }
        pair += 1
      }
    }
    return .success(solution)
  }

  private static func failure(_ message: String) -> GeocError { GeocError(Diagnostic(.numeric.noConvergence, message)) }
}

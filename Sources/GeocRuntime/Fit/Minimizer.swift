import CLbfgs
import GeocDiagnostics

/// Minimisation of a smooth number by limited-memory BFGS (libLBFGS), from zero.
enum Minimizer {
  /// Where a minimisation ended.
  struct Outcome {
    var point: [Double]
    var steps: Int
    /// Norm of the gradient at the end.
    var gradient: Double
    /// Whether the gradient is small beside the point: ‖g‖ ≤ tolerance · max(1, ‖x‖), or a hundred times that where
    /// rounding of the number itself ends the search.
    var isMinimum: Bool
  }

  /// Value and gradient at a point.
  typealias Objective = ([Double]) throws(GeocError) -> (value: Double, gradient: [Double])

  private final class Work {
    let objective: Objective
    var failure: GeocError?
    var steps = 0
    var gradient = 0.0
    var size = 1.0

    init(_ objective: @escaping Objective) { self.objective = objective }

    func evaluate(_ x: UnsafePointer<Double>, _ g: UnsafeMutablePointer<Double>, _ count: Int) -> Double {
      for k in 0..<count { g[k] = 0 }
      guard failure == nil else { return .infinity }
      do {
        let (value, gradient) = try objective(Array(UnsafeBufferPointer(start: x, count: count)))
        for k in 0..<min(count, gradient.count) { g[k] = gradient[k] }
        return value
      } catch {
        failure = error
        return .infinity
      }
    }
  }

  /// The minimum of `objective` over `count` numbers. Throws what `objective` throws, E0408 for want of memory.
  static func run(
    count: Int, limit: Int, tolerance: Double, _ objective: Objective
  ) throws(GeocError) -> Outcome {
    guard let x = lbfgs_malloc(Int32(clamping: count)) else {
      throw GeocError(Diagnostic(.plan.outOfMemory, "\(count) numbers of memory are not available"))
    }
    defer { lbfgs_free(x) }
    for k in 0..<count { x[k] = 0 }
    var parameters = lbfgs_parameter_t()
    lbfgs_parameter_init(&parameters)
    parameters.m = 10
    parameters.epsilon = tolerance
    parameters.max_iterations = Int32(clamping: limit)
    let (failure, steps, gradient, size, status) = withoutActuallyEscaping(objective) { objective in
      let work = Work(objective)
      let status = lbfgs(
        Int32(clamping: count), x, nil,
        { instance, x, g, n, _ in
          guard let instance, let x, let g else { return .infinity }
          return Unmanaged<Work>.fromOpaque(instance).takeUnretainedValue().evaluate(x, g, Int(n))
        },
        { instance, _, _, _, xnorm, gnorm, _, _, k, _ in
          guard let instance else { return 1 }
          let work = Unmanaged<Work>.fromOpaque(instance).takeUnretainedValue()
          (work.steps, work.gradient, work.size) = (Int(k), gnorm, xnorm)
          return work.failure == nil ? 0 : 1
        }, Unmanaged.passUnretained(work).toOpaque(), &parameters)
      return (work.failure, work.steps, work.gradient, work.size, status)
    }
    if let failure { throw failure }
    return Outcome(
      point: Array(UnsafeBufferPointer(start: x, count: count)), steps: steps, gradient: gradient,
      isMinimum: status >= 0 || (steps > 0 && gradient <= 100 * tolerance * max(1, size)))
  }
}

import GeocDiagnostics
import GeocIR
import GeocOps
import GeocRuntime
import GeocTensorFiles
import Glibc

/// How large values are through the depth of a network at initialisation: measured on standard normal samples (random
/// points where an input is a manifold) that are sent through the initialised network in training mode, and, of arrays, as
/// the rules of the ops expect it.
struct InitialMoments {
  /// One value of the network.
  struct Row {
    var name: String
    var type: GeoType
    var line: Int
    /// Mean of ‖logmap0‖ for points of a ball, which is half the distance from the origin; nil elsewhere.
    var norm: Double?
    var mean: Double
    var variance: Double
    /// What the rules of the ops give; nil where they do not know.
    var expected: Moments?
  }

  let rows: [Row]
  let samples: Int
  private let verdict: String?
  /// A ball value is called collapsed below this share of the first one's norm.
  static let collapse = 1e-3

  /// Runs the network once. Throws `GeocError`.
  init(_ compiler: ModelCompiler, samples: Int = 64, seed: Int = 0) throws {
    self.samples = samples
    let observation = try Observation(compiler, mode: "train")
    let session = Session(try compiler.plan([.initialize]), threads: 1)
    try session.program().reset(seed: seed)
    var random = SampleData(seed: UInt64(bitPattern: Int64(seed)))
    let columns = try random.columns(try compiler.forward(), count: samples)
    let values = try observation.values(columns, rows: samples, session.store)
    let normalization = try SelfNormalization(compiler)
    verdict = normalization.verdict
    let expected = Dictionary(
      normalization.analysis.rows.map { ($0.name, $0.moments) }, uniquingKeysWith: { first, _ in first })
    rows = observation.watched.compactMap { watched in
      guard let tensor = values[watched.name] else { return nil }
      let x = tensor.doubles()
      let mean = x.reduce(0, +) / Double(max(1, x.count))
      let square = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, x.count))
      return Row(
        name: watched.name, type: watched.type, line: watched.line,
        norm: Self.tangentNorm(x, watched.type, session.store), mean: mean, variance: square,
        expected: expected[watched.name] ?? nil)
    }
  }

  private static func tangentNorm(_ x: [Double], _ type: GeoType, _ store: ParameterStore) -> Double? {
    guard type.space.name == "Ball", let n = type.space.sizes.first, n > 0, !x.isEmpty else { return nil }
    guard let c = store.curvature(of: type.space) else { return nil }
    var sum = 0.0
    for start in stride(from: 0, to: x.count, by: n) {
      var square = 0.0
      for e in start..<(start + n) { square += x[e] * x[e] }
      sum += atanh(min((c * square).squareRoot(), 1.0.nextDown)) / c.squareRoot()
    }
    return sum / Double(x.count / n)
  }

  /// The first and the last value on a ball, where the last has collapsed.
  var collapsed: (first: Row, last: Row)? {
    let points = rows.filter { $0.norm != nil }
    guard let first = points.first, let last = points.last, let a = first.norm, let b = last.norm, a > 0 else {
      return nil
    }
    return b < Self.collapse * a ? (first, last) : nil
  }

  /// The table, and a warning where points fall to the origin.
  func text(_ decorator: Decorator) -> String {
    guard !rows.isEmpty else { return "" }
    let width = rows.map { $0.name.count }.max() ?? 0
    let types = rows.map { $0.type.shown.description.count }.max() ?? 0
    var text = decorator(.strong, "values at initialisation") + " (\(samples) standard normal samples, training mode)\n"
    for row in rows {
      text += "  \(row.name.padded(width))  \(row.type.shown.description.padded(types))  "
      if let norm = row.norm {
        text += "mean norm \(ProgressLine.number(norm))\n"
      } else {
        text += "mean \(ProgressLine.number(row.mean))  variance \(ProgressLine.number(row.variance))"
        text +=
          (row.expected.map {
            // Rounding errors of the rules are no news.
            "  expected \(ProgressLine.number(abs($0.mean) < 1e-12 ? 0 : $0.mean)), "
              + ProgressLine.number($0.variance)
          } ?? "") + "\n"
      }
    }
    if let verdict { text += decorator(.strong, verdict) + "\n" }
    if let (first, last) = collapsed {
      text += decorator(.strong, "warning") + ": points collapse to the origin: the mean norm falls from "
      text += "\(ProgressLine.number(first.norm ?? 0)) at \(first.name) to \(ProgressLine.number(last.norm ?? 0)) at "
      text += "\(last.name)\n"
      text +=
        "  help: 'init: identity' keeps norms in linear layers, 'init: centre' in convolutions; batch normalisation "
      text += "restores them\n"
    }
    return text
  }
}

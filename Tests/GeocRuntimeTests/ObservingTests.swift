import GeocOps
import GeocRuntime
import Testing

@Suite struct ObservingTests {
  /// Points of a plane that lies askew in space keep their distances.
  @Test(arguments: [(12, 5), (5, 12), (7, 1), (2, 3)]) func planeKeepsDistances(rows: Int, width: Int) throws {
    let a: [Double] = (0..<width).map { Double($0 % 3) - 0.7 }
    let b: [Double] = (0..<width).map { Double($0 * $0 % 5) * 0.3 }
    var values: [Double] = []
    for row in 0..<rows {
      let x = Double(row * 7 % 5) * 3 + 100
      let y = Double(row * 3 % 4)
      for k in 0..<width { values.append(x * a[k] + y * b[k]) }
    }
    let found = try PrincipalPlane(rows: rows, width: width, registry: Catalogue.registry).coordinates(of: values)
    #expect(found.points.count == rows && abs(found.share.reduce(0, +) - 1) < 1e-5)
    for i in 0..<rows {
      for j in 0..<i {
        var square = 0.0
        for k in 0..<width {
          let difference = values[i * width + k] - values[j * width + k]
          square += difference * difference
        }
        let dx: Double = found.points[i][0] - found.points[j][0]
        let dy: Double = found.points[i][1] - found.points[j][1]
        #expect(abs((dx * dx + dy * dy).squareRoot() - square.squareRoot()) < 1e-3)
      }
    }
  }

  @Test func histogramsCountOnOneScale() {
    let radius = ValueHistogram([0, 0.019, 0.021, 0.5, 1], isLogarithmic: false)
    #expect(radius.first == 0 && radius.counts.reduce(0, +) == 5)
    #expect(radius.first + radius.counts.count == 50)
    let eigenvalues = ValueHistogram([100, 1, 0.01, 1], isLogarithmic: true, perPoint: 2)
    #expect(eigenvalues.first == -40 && eigenvalues.counts.first == 1 && eigenvalues.counts.last == 1)
    #expect(eigenvalues.counts[40] == 2 && eigenvalues.counts.count == 81)
    #expect(eigenvalues.spectrum.count == 2)
    #expect(abs(eigenvalues.spectrum[0] - 0.1) < 1e-6 && abs(eigenvalues.spectrum[1] - 10) < 1e-6)
    #expect(ValueHistogram([0, -1], isLogarithmic: true, perPoint: 2).counts.reduce(0, +) == 2)
    #expect(ValueHistogram([.nan], isLogarithmic: false).counts.isEmpty)
  }

  @Test(arguments: [(1.0 / 3, 0.333333), (123456.7, 123457.0), (-2.5e-9, -2.5e-9), (0.0, 0.0), (9.999999, 10.0)])
  func numbersAreShort(x: Double, short: Double) { #expect(x.short == short) }

  @Test func confusionCountsByClass() {
    let sample = Metrics.Sample(predictions: [0.9, 0.1, 0.2, 0.8, 0.6, 0.4], targets: [0, 1, 1], width: 2)
    #expect(Metrics.confusion(sample, classes: 2) == [[1, 0], [1, 1]])
    #expect(Metrics.confusion(sample, classes: 3) == nil)
    // One score tells two classes apart by its sign.
    let single = Metrics.Sample(predictions: [-1, 2, 0.5], targets: [0, 0, 1], width: 1)
    #expect(Metrics.confusion(single, classes: 2) == [[1, 1], [0, 1]])
    #expect(Metrics.confusion(single, classes: 3) == nil)
  }
}

import Foundation
import Testing

@testable import GeocRuntime
@testable import geoc

/// The page of a run, made of numbers, without a training.
@Suite struct ReportTests {
  /// A report with every kind of chart.
  static func report(epochs: Int = 12, parameters: Int = 3, status: RunReport.Status = .finished) -> RunReport {
    var report = RunReport(title: "model </script> & \"quotes\"", epochs: epochs)
    report.status = status
    for epoch in 1...epochs {
      let t = Double(epoch) / Double(epochs)
      report.records.append(
        EpochRecord(
          epoch: epoch, step: 10 * epoch, learningRate: 0.01 * (1 - t / 2),
          values: [("train_loss", 1 - t / 2), ("validation_loss", 1.1 - t / 3), ("validation_accuracy", 0.5 + t / 3)],
          seconds: t))
      var o = EpochObservation(epoch: epoch)
      o.rows = 40
      for k in 0..<parameters {
        o.gradientNorm["layer_\(k).weight"] = (1 - t * 0.9) * pow(10, Double(-k))
        o.parameterNorm["layer_\(k).weight"] = 1 + Double(k)
      }
      o.residual = ["layer_0.weight": 1e-15 * (1 + t)]
      o.folded = ["bwbn_1.folded_centering": 0.1 * t, "bwbn_1.folded_scaling": 0]
      o.eigenvalues["reeig_1"] = ValueHistogram(
        (0..<80).map { pow(10, Double($0 % 4) - 2 + t) }, isLogarithmic: true, perPoint: 4)
      o.radius["expmap0_1"] = ValueHistogram((0..<40).map { Double($0) / 40 * t }, isLogarithmic: false)
      o.embedding = EpochObservation.Embedding(
        of: "expmap0_1", isDisc: true, share: [], points: (0..<40).map { [sin(Double($0)) * t, cos(Double($0)) * t] },
        classes: (0..<40).map { $0 % 3 })
      o.confusion = [[10, 2, 1], [0, 13, 0], [3, 3, 8]]
      report.observations.append(o)
    }
    report.finals = [("train_loss", 0.5), ("test_loss", 0.6), ("test_accuracy", 0.8)]
    report.types = ["reeig_1": "SPD(4)", "expmap0_1": "Ball(2, c=1)"]
    return report
  }

  @Test func standsAlone() throws {
    let page = try ReportPage.text(Self.report()).replacing("http://www.w3.org/2000/svg", with: "")
    for outside in ["http:", "https:", "src=", "@import", "url(http", "fetch(", "XMLHttpRequest", "</script> &"] {
      #expect(!page.contains(outside), "\(outside)")
    }
    #expect(!page.contains("http-equiv=\"refresh\""))
    for text in [
      "Loss", "validation", "Learning rate", "Gradient norms", "Parameter norms", "Constraint error",
      "Folded by batch normalisation", "reeig_1: SPD(4)", "expmap0_1: Ball(2, c=1)", "Confusion matrix",
      "The disc itself",
    ] { #expect(page.contains(text), "\(text)") }
  }

  @Test func loadsAgainWhileItRuns() throws {
    #expect(try ReportPage.text(Self.report(status: .running)).contains("<meta http-equiv=\"refresh\" content=\"5\">"))
    let failed = try ReportPage.text(Self.report(status: .failed("the loss is <nan>")))
    #expect(failed.contains("the loss is &lt;nan&gt;") && !failed.contains("http-equiv=\"refresh\""))
  }

  @Test func countsAreWholeNumbers() throws {
    var report = RunReport(title: "search", epochs: 2)
    for epoch in 1...2 {
      report.records.append(
        EpochRecord(
          epoch: epoch, step: epoch, learningRate: 1,
          values: [("train_loss", 8), ("gamma", 8), ("solves", Double(4 * epoch))],
          seconds: 1))
    }
    report.finals = [("iterations", 2), ("solves", 8)]
    let page = try ReportPage.text(report)
    #expect(page.contains("<tr><td>2</td><td>2</td><td>1</td><td>8.0000</td><td>8.0000</td><td>8</td>"))
    #expect(page.contains("<th scope=\"row\">iterations</th><td>2</td>"))
    #expect(page.contains("<th scope=\"row\">solves</th><td>8</td>"))
    let curve = try #require(report.metricCharts.first { $0.title.hasPrefix("Solves") })
    #expect(curve.hover.lines == [["4"], ["8"]])
  }

  /// Long runs of large models stay small pages.
  @Test func staysSmall() throws {
    let page = try ReportPage.text(Self.report(epochs: 2000, parameters: 40))
    #expect(page.utf8.count < 4_000_000)
    #expect(page.contains("logarithmic."))
  }

  @Test func scalesLabelRoundNumbers() throws {
    func labels(_ ticks: [Double]) -> [String] { ticks.map(ChartScale.label) }
    #expect(labels(ChartScale(0, 1, from: 0, to: 100).ticks()) == ["0", "0.2", "0.4", "0.6", "0.8", "1"])
    #expect(ChartScale(1, 30, from: 0, to: 1).wholeTicks() == [5, 10, 15, 20, 25, 30])
    let decades = ChartScale(1e-6, 1, isLogarithmic: true, from: 0, to: 1)
    #expect(labels(decades.ticks()) == ["1e-6", "1e-4", "0.01", "1"])
    #expect(abs(try #require(ChartScale(3, 3, from: 0, to: 10).place(3)) - 5) < 1e-9)
    let logarithmic = ChartScale(1, 100, isLogarithmic: true, from: 0, to: 10)
    #expect(abs(try #require(logarithmic.place(10)) - 5) < 1e-9)
    #expect(logarithmic.place(0) == nil && logarithmic.place(.nan) == nil)
    #expect(labels([0, 0.05, -12.5, 123456, 1e-4, 2500]) == ["0", "0.05", "-12.5", "1.2e5", "1e-4", "2500"])
  }
}

@Suite(.enabled(if: Browser.isWanted), .serialized) struct ReportPageTests {
  static let script = """
    const figures = [...document.querySelectorAll('figure')];
    const told = {};
    for (const figure of figures) {
      const title = figure.querySelector('figcaption').textContent;
      const picture = figure.querySelector('.picture');
      picture.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
      picture.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
      const tip = document.getElementById('tip');
      told[title] = tip.hidden ? '' : tip.textContent;
      const box = picture.querySelector('svg').getBoundingClientRect();
      picture.querySelector('svg').dispatchEvent(new PointerEvent('pointermove',
        { clientX: box.left + box.width * 0.5, clientY: box.top + box.height * 0.4, bubbles: true }));
      picture.dispatchEvent(new PointerEvent('pointerleave', { bubbles: true }));
      if (!tip.hidden) told[title] = '';
    }
    const outside = figures.flatMap(figure => [...figure.querySelectorAll('.chart text')].filter(text => {
      const [a, b] = [text.getBoundingClientRect(), text.closest('svg').getBoundingClientRect()];
      return a.left < b.left - 1 || a.right > b.right + 1 || a.bottom > b.bottom + 1 || a.top < b.top - 1;
    }).map(text => text.textContent));
    return { count: figures.length, told, outside, overflow: document.documentElement.scrollWidth - window.innerWidth };
    """

  @Test(arguments: [1400, 420], [3, 20]) func tellsNumbers(width: Int, parameters: Int) throws {
    let page = try ReportPage.text(ReportTests.report(parameters: parameters))
    let outcome = try Browser.run(page, width: width, script: Self.script)
    #expect(outcome.console == [])
    #expect(outcome.result["count"] as? Int == 11)
    #expect(outcome.result["outside"] as? [String] == [])
    #expect((outcome.result["overflow"] as? Int ?? 1) <= 0)
    let told = try #require(outcome.result["told"] as? [String: String])
    #expect(told["Loss"] == "epoch 2\ntrain  0.9167\nvalidation  1.0444")
    #expect(told["Learning rate"]?.hasPrefix("epoch 2\n") == true)
    #expect(told["Confusion matrix"] == "predicted 1\ntrue 0: 2 of 13")
    #expect(told["Embedding expmap0_1 (Ball(2, c=1))"]?.hasPrefix("class 1\n") == true)
    #expect(told.values.allSatisfy { !$0.isEmpty }, "\(told)")
    #expect(told["reeig_1: SPD(4)"]?.hasPrefix("epoch 2\n") == true)
  }
}

import Foundation
import Testing

/// A headless Chromium that opens pages from files.
struct Browser {
  /// The program, where there is one.
  static let program = ["chromium", "chromium-browser", "google-chrome"].lazy
    .flatMap { name in (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
    }
    .first { FileManager.default.isExecutableFile(atPath: $0) }
  /// Whether tests in a browser run: where there is one, and where `GEOC_BROWSER=1` says that there must be.
  static let isWanted = program != nil || ProcessInfo.processInfo.environment["GEOC_BROWSER"] == "1"

  /// What a page did.
  struct Outcome {
    /// What the added script returned.
    var result: [String: Any]
    /// Lines that the page wrote to the console.
    var console: [String]
  }

  /// Opens `page` in a window and runs `script` in it; `script` is the body of an asynchronous function that returns an
  /// object.
  static func run(_ page: String, width: Int = 1280, height: Int = 800, script: String) throws -> Outcome {
    let program = try #require(program, "chromium is not installed: apt-get install chromium")
    let folder = try Repository.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let probe = """
      <script>window.addEventListener('load', async () => {
        const out = document.createElement('pre');
        out.id = 'outcome';
        try { out.textContent = JSON.stringify(await (async () => { \(script) })()); } catch (error) { console.error(String(error)); }
        document.body.append(out);
      });</script></body>
      """
    let file = folder + "/page.html"
    try page.replacing("</body>", with: probe).write(toFile: file, atomically: true, encoding: .utf8)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = [
      "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--virtual-time-budget=4000",
      "--user-data-dir=\(folder)/profile", "--window-size=\(width),\(height)", "--dump-dom", "file://\(file)",
    ]
    let output = Pipe()
    let notes = folder + "/stderr"
    try Data().write(to: URL(fileURLWithPath: notes))
    process.standardOutput = output
    process.standardError = FileHandle(forWritingAtPath: notes)
    try process.run()
    let dom = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let log = try String(contentsOfFile: notes, encoding: .utf8)
    let console = log.split(separator: "\n").map(String.init).filter { $0.contains(":CONSOLE") }
    let start = try #require(dom.range(of: "<pre id=\"outcome\">"), "the page did not load: \(log.suffix(600))")
    let end = try #require(dom.range(of: "</pre>", range: start.upperBound..<dom.endIndex))
    let text = dom[start.upperBound..<end.lowerBound].replacing("&lt;", with: "<").replacing("&gt;", with: ">")
      .replacing("&amp;", with: "&")
    let result = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
    return Outcome(result: try #require(result as? [String: Any]), console: console)
  }
}

@Suite(.enabled(if: Browser.isWanted), .serialized) struct GraphPageTests {
  static let folding = """
    const section = document.querySelector('section[data-stage=ir]');
    const graph = section.querySelector('svg.graph');
    const open = graph.dataset.h;
    document.getElementById('fold').click();
    const closed = graph.dataset.h;
    const hidden = [...section.querySelectorAll('.cluster .box')].filter(box => box.getClientRects().length).length;
    document.getElementById('fold').click();
    const search = document.getElementById('search');
    document.dispatchEvent(new KeyboardEvent('keydown', { key: '/', bubbles: true }));
    const focused = document.activeElement === search;
    search.value = 'bimap_1 congruence';
    search.dispatchEvent(new Event('input'));
    search.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    const chosen = document.querySelector('.box.chosen');
    return { open: +open, closed: +closed, hidden, again: +graph.dataset.h, focused,
      count: document.getElementById('count').textContent, chosen: chosen && chosen.id,
      panel: document.getElementById('facts-panel').textContent,
      same: [...document.querySelectorAll('.box.same')].map(box => box.id),
      hot: document.querySelectorAll('.wire.hot').length };
    """

  @Test func foldsSearchesAndTells() throws {
    let page = Run("graph", CompileTests.demo, "--format", "html", "--stage", "ir").output
    let outcome = try Browser.run(page, width: 1400, script: Self.folding)
    #expect(outcome.console == [])
    let result = outcome.result
    let (open, closed) = (try #require(result["open"] as? Double), try #require(result["closed"] as? Double))
    #expect(closed > 0 && closed < open / 2)
    #expect(result["hidden"] as? Int == 0)
    #expect(abs(try #require(result["again"] as? Double) - open) < 1)
    #expect(result["focused"] as? Bool == true)
    #expect((result["count"] as? String)?.hasPrefix("1 of ") == true)
    let chosen = try #require(result["chosen"] as? String)
    #expect(chosen.hasPrefix("ir-n"))
    let panel = try #require(result["panel"] as? String)
    for text in ["congruence of bimap_1", "line 14 of the spec", "- bimap: { out: 6 }", "FLOPs", "288 bytes"] {
      #expect(panel.contains(text), "\(text)")
    }
    #expect((result["same"] as? [String])?.contains { $0.hasPrefix("model-") } == true)
    #expect((result["hot"] as? Int ?? 0) > 0)
  }

  /// Five examples, each at two widths.
  @Test(arguments: Repository.drawnExamples, [1400, 420])
  func loadsWithoutErrors(_ path: String, _ width: Int) throws {
    let page = Run("graph", path, "--format", "html").output
    let outcome = try Browser.run(
      page, width: width,
      script: """
        const seen = {};
        for (const button of document.querySelectorAll('[data-show]')) {
          if (button.getAttribute('aria-pressed') !== 'true') button.click();
          const section = document.querySelector(`section[data-stage=${button.dataset.show}]`);
          const face = section.querySelector('.face, .frame').getBoundingClientRect();
          seen[button.dataset.show] = face.width;
        }
        return { seen, shown: [...document.querySelectorAll('section')].filter(s => !s.hidden).length,
          overflow: document.documentElement.scrollWidth - window.innerWidth };
        """)
    #expect(outcome.console == [])
    let seen = try #require(outcome.result["seen"] as? [String: Double])
    #expect(seen.count == 4 && seen.values.allSatisfy { $0 > 1 })
    #expect(outcome.result["shown"] as? Int == (width > 900 ? 4 : 1))
    #expect((outcome.result["overflow"] as? Int ?? 1) <= 0)
  }

  @Test func showsTheIRAfterEachPass() throws {
    let page = Run("graph", CompileTests.demo, "--format", "html", "--stage", "ir").output
    let outcome = try Browser.run(
      page, width: 1400,
      script: """
        const select = document.getElementById('pass');
        const seen = {};
        for (const option of select.options) {
          select.value = option.value;
          select.dispatchEvent(new Event('change'));
          const shown = [...document.querySelectorAll('section')].filter(s => !s.hidden && s.dataset.stage.startsWith('ir'));
          seen[option.value] = shown.length === 1 && shown[0].dataset.stage === option.value
            ? shown[0].querySelectorAll('.box').length : -1;
        }
        const search = document.getElementById('search');
        document.querySelector('[data-show=model]').click();
        select.value = 'ir-inline';
        select.dispatchEvent(new Event('change'));
        search.value = 'reeig_1';
        search.dispatchEvent(new Event('input'));
        search.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
        const chosen = document.querySelector('.box.chosen');
        return { seen, chosen: chosen && chosen.id };
        """)
    #expect(outcome.console == [])
    let seen = try #require(outcome.result["seen"] as? [String: Int])
    // Passes that leave the function as it is have no place of their own.
    for pass in ["ir", "ir-inline", "ir-fuse-maps", "ir-expand"] {
      #expect((seen[pass] ?? 0) > 5, "\(seen)")
    }
    #expect((seen["ir-expand"] ?? 0) > (seen["ir-fuse-maps"] ?? 0))
    #expect((outcome.result["chosen"] as? String)?.hasPrefix("ir-inline-") == true)
  }

  /// While the view of a large graph moves it is a sketch; at rest it is in the document, as far as the window shows it.
  @Test func largeGraphsAreSketchedWhileTheyMove() throws {
    var spec = "geoc: 1\nmodel: large\ninputs: { x: \"R[4]\" }\ngraph:\n"
    for k in 0..<700 { spec += "  - linear: { out: 4 }\n    as: a\(k)\n  - add:\n    from: [a\(k), a\(k)]\n" }
    let page = Run("graph", "-", "--format", "html", input: spec).output
    let outcome = try Browser.run(
      page, width: 1000,
      script: """
        const section = document.querySelector('section[data-stage=model]');
        const graph = section.querySelector('svg.graph');
        const frame = graph.getBoundingClientRect();
        const pause = time => new Promise(done => setTimeout(done, time));
        const wheel = deltaY => graph.dispatchEvent(new WheelEvent('wheel', { deltaY, bubbles: true, cancelable: true,
          clientX: frame.left + frame.width / 2, clientY: frame.top + 60 }));
        const colors = () => {
          const sketch = section.querySelector('canvas');
          const copy = Object.assign(document.createElement('canvas'), { width: sketch.width, height: sketch.height });
          const pen = copy.getContext('2d', { willReadFrequently: true });
          pen.drawImage(sketch, 0, 0);
          const { data } = pen.getImageData(0, 0, copy.width, copy.height);
          return new Set(new Uint32Array(data.buffer)).size;
        };
        const state = () => ({ isSketched: section.classList.contains('sketched'),
          boxes: section.querySelectorAll('.box').length });
        const seen = { first: state() };
        const sketched = new Promise(done => new MutationObserver(() => done(state())).observe(section,
          { attributes: true, attributeFilter: ['class'] }));
        wheel(20);
        seen.moving = { ...await sketched, colors: colors() };
        await pause(400);
        seen.resting = state();
        for (let k = 0; k < 60; k += 1) wheel(100);
        await pause(400);
        seen.far = { ...state(), colors: colors() };
        const [view, far] = [views.get(section), section.scene.boxes[900]];
        graph.dispatchEvent(new MouseEvent('click', { bubbles: true,
          clientX: frame.left + view.x + (far.x + far.width / 2) * view.k,
          clientY: frame.top + view.y + (far.y + far.height / 2) * view.k }));
        const picked = document.getElementById('facts-panel').textContent;
        const search = document.getElementById('search');
        search.value = 'a650 linear';
        search.dispatchEvent(new Event('input'));
        search.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
        const chosen = document.querySelector('.box.chosen').getBoundingClientRect();
        return { seen, picked, found: state(), name: document.querySelector('.box.chosen .name').textContent,
          isInside: chosen.width > 10 && chosen.top > frame.top && chosen.bottom < frame.bottom
            && chosen.left > frame.left && chosen.right < frame.right };
        """)
    #expect(outcome.console == [])
    let seen = try #require(outcome.result["seen"] as? [String: [String: Int]])
    #expect(seen.mapValues { $0["isSketched"] } == ["first": 0, "moving": 1, "resting": 0, "far": 1])
    for moment in ["first", "resting"] { #expect((1..<100).contains(seen[moment]?["boxes"] ?? 0), "\(seen)") }
    for moment in ["moving", "far"] { #expect((seen[moment]?["colors"] ?? 0) > 3, "\(seen)") }
    #expect((outcome.result["picked"] as? String)?.contains("of the spec") == true)
    #expect(outcome.result["name"] as? String == "a650")
    #expect(outcome.result["isInside"] as? Bool == true)
    #expect((outcome.result["found"] as? [String: Int])?["isSketched"] == 0)
  }

  @Test func closedClustersKeepTheirWires() throws {
    let spec = """
      geoc: 1
      model: deep
      inputs: { x: "R[4]" }
      blocks:
        cell:
          graph: [linear: { out: 4 }, relu]
      graph:
        - cell: {}
          repeat: 3
      """
    let page = Run("graph", "-", "--format", "html", input: spec).output
    let outcome = try Browser.run(
      page,
      script: """
        const section = document.querySelector('section[data-stage=model]');
        const cluster = section.querySelectorAll('.cluster')[1];
        cluster.focus();
        cluster.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
        const frame = cluster.querySelector('.frame').getBoundingClientRect();
        const ends = [...section.querySelector('.body > g').children].map(wire => {
          const box = wire.getBoundingClientRect();
          return [box.top, box.bottom];
        });
        return { closed: cluster.classList.contains('closed'), top: frame.top, bottom: frame.bottom, ends };
        """)
    #expect(outcome.console == [])
    #expect(outcome.result["closed"] as? Bool == true)
    let ends = try #require(outcome.result["ends"] as? [[Double]])
    let (top, bottom) = (
      try #require(outcome.result["top"] as? Double), try #require(outcome.result["bottom"] as? Double)
    )
    #expect(ends.contains { abs($0[1] - top) < 2 })
    #expect(ends.contains { abs($0[0] - bottom) < 2 })
  }
}

import ArgumentParser
import GeocDiagnostics
import GeocIR
import GeocPasses
import GeocPlan

/// Stages of a model that can be drawn.
enum GraphStage: String, CaseIterable, ExpressibleByArgument, Encodable, Sendable {
  case model, ir, backward, plan

  /// What it is, for a heading.
  var title: String {
    switch self {
    case .model: "Model, as written"
    case .ir: "IR after all passes"
    case .backward: "Backward and step, with layers"
    case .plan: "Plan: regions and steps"
    }
  }
}

extension GraphStage {
  /// Clusters with fewer boxes are not drawn: a spec node that is one node of the IR needs no frame.
  var leastCluster: Int { self == .ir || self == .backward ? 2 : 1 }
}

/// The drawings of a model at its stages, with what the passes did to each node.
struct GraphStages {
  private let compiler: ModelCompiler
  private let title: String
  /// Family of each spec node.
  private let families: [String: String]

  /// The stages of a model.
  init(_ compiler: ModelCompiler) throws {
    self.compiler = compiler
    title = compiler.model.module.name
    let registry = compiler.options.registry
    families = Dictionary(
      try compiler.forward().nodes.map { ($0.origin.path, registry[$0.op]?.doc.family ?? "") },
      uniquingKeysWith: { first, _ in first })
  }

  /// One stage.
  func drawing(_ stage: GraphStage) throws -> Drawing {
    switch stage {
    case .model: return try modelDrawing()
    case .ir: return try compiledDrawing()
    case .backward: return try backwardDrawing()
    case .plan: return try plan().drawing
    }
  }

  /// The function that a stage shows.
  func function(_ stage: GraphStage) throws -> Function {
    switch stage {
    case .model: try compiler.forward()
    case .ir: try compiler.compile(purpose).function
    case .backward: try compiler.compile(compiler.model.optimizer != nil ? compiler.update : purpose).layers
    case .plan: try compiler.compile(compiler.model.optimizer != nil ? compiler.update : purpose).function
    }
  }

  /// The plan as a drawing, and its memory.
  func plan() throws -> (drawing: Drawing, memory: MemoryMap) {
    let outcome = try compiler.compile(compiler.model.optimizer != nil ? compiler.update : purpose)
    let function = outcome.function
    let schedule = try compiler.schedule(function)
    var regionOf: [Int: String] = [:]
    var positionOf: [String: Int] = [:]
    for (r, region) in schedule.regions.enumerated() {
      for step in schedule.steps[region.start..<region.end] where step.kind == .kernel {
        regionOf[step.index] = "\(region.kind.rawValue) \(r)"
        positionOf["n\(step.index)"] = positionOf.count
      }
    }
    var options = options
    options.skipsAliases = true
    options.cluster = { _, index in regionOf[index].map { [$0] } ?? [] }
    var drawing = Drawing(function, title: title, options)
    // In the order of execution, so that each region is drawn in one piece.
    drawing.boxes = drawing.boxes.enumerated().sorted { a, b in
      func rank(_ box: Drawing.Box) -> Int { box.kind == .output ? .max : positionOf[box.id] ?? -1 }
      return (rank(a.element), a.offset) < (rank(b.element), b.offset)
    }.map(\.element)
    annotate(&drawing, outcome.report)
    return (drawing, MemoryMap(schedule, function))
  }

  /// The function that stands for the compiled model: with its loss, where it has one.
  private var purpose: Pipeline.Purpose { compiler.hasLoss ? .evaluate : .predict }

  private var options: Drawing.Options {
    Drawing.Options(
      registry: compiler.options.registry, dtype: compiler.model.module.dtype, families: families)
  }

  private func modelDrawing() throws -> Drawing {
    let outcome = try compiler.compile(purpose)
    let registry = compiler.options.registry
    var drawing = Drawing(try compiler.forward(), title: title, options)
    var flops: [String: Int] = [:]
    for node in outcome.function.nodes {
      if let op = registry[node.op] {
        flops[node.origin.path, default: 0] += op.flops(try registry.context(node, in: outcome.function))
      }
    }
    let kept = Set(outcome.function.nodes.map(\.origin.path))
    let reasons = Reasons(outcome.report.entries, findsNames: true)
    for k in drawing.boxes.indices where drawing.boxes[k].kind == .op {
      let path = drawing.boxes[k].path
      drawing.boxes[k].flops = flops[path] ?? 0
      drawing.boxes[k].notes = reasons.notes(path)
      if !kept.contains(path) {
        drawing.boxes[k].kind = .removed
        drawing.boxes[k].notes = reasons.whyRemoved(path)
      }
      drawing.boxes[k].caption = Self.caption(drawing.boxes[k].notes)
    }
    return drawing
  }

  /// The compiled function, with the model's nodes that are no longer there beside those that took their place.
  private func compiledDrawing() throws -> Drawing {
    let outcome = try compiler.compile(purpose)
    var drawing = intermediate(outcome.function, outcome.report)
    try addRemoved(&drawing)
    return drawing
  }

  /// Boxes of all drawings of `passDrawings` together, at most: a page with more would no longer be fluid.
  static let mostPassBoxes = 6000

  /// The compiled function after each pass that changed it, but for the last, which `ir` shows; passes that would make
  /// the drawings too large are left out, the earliest first. Throws what `compile` throws.
  func passDrawings() throws -> [(pass: String, drawing: Drawing)] {
    let outcome = try compiler.compile(purpose)
    var changed: [(pass: String, function: Function)] = []
    for stage in outcome.stages where changed.last?.function != stage.function { changed.append(stage) }
    if changed.last?.function == outcome.function { changed.removeLast() }
    var drawings: [(pass: String, drawing: Drawing)] = []
    var boxes = 0
    for (pass, function) in changed.reversed() {
      boxes += function.nodes.count
      guard boxes <= Self.mostPassBoxes else { break }
      let done = Set(outcome.stages.prefix { $0.pass != pass }.map(\.pass) + [pass])
      drawings.append((pass, intermediate(function, outcome.report) { done.contains($0) }))
    }
    return drawings.reversed()
  }

  /// The function after one pass. Throws `ValidationError` where there is no such pass.
  func drawing(after pass: String) throws -> Drawing {
    let outcome = try compiler.compile(purpose)
    guard let at = outcome.stages.firstIndex(where: { $0.pass == pass }) else {
      let names = outcome.stages.map(\.pass)
      let hint = suggestion(for: pass, among: names).map { "; did you mean '\($0)'?" } ?? ""
      throw ValidationError("no pass '\(pass)' ran\(hint)")
    }
    let done = Set(outcome.stages[...at].map(\.pass))
    return intermediate(outcome.stages[at].function, outcome.report) { done.contains($0) }
  }

  /// A function in clusters by spec node, with the notes of some passes.
  private func intermediate(
    _ function: Function, _ report: PassReport, isDone: (String) -> Bool = { _ in true }
  ) -> Drawing {
    var options = options
    options.cluster = { node, _ in node.origin.path.split(separator: "/").map(String.init) }
    var drawing = Drawing(function, title: title, options)
    annotate(&drawing, report, isDone: isDone)
    return drawing
  }

  /// The first note, without its pass and not longer than a wide box.
  private static func caption(_ notes: [String]) -> String {
    guard let first = notes.first else { return "" }
    let text = first.split(separator: ": ", maxSplits: 1).last.map(String.init) ?? first
    return text.count <= 46 ? text : text.prefix(45) + "…"
  }

  private func backwardDrawing() throws -> Drawing {
    let purpose: Pipeline.Purpose =
      compiler.model.optimizer != nil ? compiler.update : .gradient(mode: "train", ofLoss: compiler.hasLoss)
    let outcome = try compiler.compile(purpose)
    var options = options
    options.cluster = { node, _ in
      let path = node.origin.path.isEmpty ? "compiler" : node.origin.path
      let parts = path.split(separator: "/").map(String.init)
      return node.origin.pass.isEmpty ? ["forward"] + parts : [node.origin.pass] + parts
    }
    var drawing = Drawing(outcome.layers, title: title, options)
    annotate(&drawing, outcome.report)
    return drawing
  }

  private func annotate(_ drawing: inout Drawing, _ report: PassReport, isDone: (String) -> Bool = { _ in true }) {
    let reasons = Reasons(report.entries.filter { isDone($0.pass) })
    for k in drawing.boxes.indices where drawing.boxes[k].kind == .op {
      drawing.boxes[k].notes = reasons.notes(drawing.boxes[k].path)
    }
  }

  /// Puts a dashed box for every removed node behind the box that made its input.
  private func addRemoved(_ drawing: inout Drawing) throws {
    let model = try modelDrawing()
    var makers: [String: [String]] = [:]
    for arrow in model.arrows { makers[arrow.to, default: []].append(arrow.from) }
    let boxOf = Dictionary(uniqueKeysWithValues: model.boxes.map { ($0.id, $0) })
    /// The last box at this stage that stands for a box of the model.
    func standIn(_ id: String, depth: Int = 0) -> Int? {
      guard depth < 64, let box = boxOf[id] else { return nil }
      let found =
        box.path.isEmpty
        ? drawing.boxes.lastIndex { $0.label == box.label && $0.path.isEmpty }
        : drawing.boxes.lastIndex { $0.path == box.path }
      return found ?? makers[id]?.first.flatMap { standIn($0, depth: depth + 1) }
    }
    for box in model.boxes where box.kind == .removed {
      guard let maker = makers[box.id]?.first, let at = standIn(maker) else { continue }
      var ghost = box
      ghost.id = "m\(box.id)"
      ghost.cluster = Array(drawing.boxes[at].cluster.prefix(max(0, box.cluster.count)))
      let type = drawing.boxes[at].results.first?.type ?? ""
      drawing.arrows.append(Drawing.Arrow(from: drawing.boxes[at].id, to: ghost.id, type: type))
      drawing.boxes.insert(ghost, at: at + 1)
    }
  }
}

/// What the passes did, by the spec node that it was done to.
private struct Reasons {
  private let byPath: [String: [String]]
  /// What was done, by each word of the sentence that says it.
  private var byWord: [String: [String]] = [:]

  /// The reasons in `entries`; `findsNames` where nodes are also sought that are only named in the sentences.
  init(_ entries: [PassReport.Entry], findsNames: Bool = false) {
    byPath = Dictionary(grouping: entries.filter { !$0.origin.path.isEmpty }, by: \.origin.path)
      .mapValues { Self.counted($0.map { "\($0.pass): \($0.message)" }) }
    guard findsNames else { return }
    for entry in entries {
      for word in Set(entry.message.split { $0 == " " || $0 == ":" }) {
        byWord[String(word), default: []].append("\(entry.pass): \(entry.message)")
      }
    }
  }

  /// What was done to a node, each once with a count.
  func notes(_ path: String) -> [String] { byPath[path] ?? [] }

  /// Why a node is gone.
  func whyRemoved(_ path: String) -> [String] {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let own = notes(path)
    let found = own + Self.counted((byWord[name] ?? []).filter { !own.contains($0) })
    return found.isEmpty
      ? ["no step of its own is left: its work was merged into a neighbour's, or evaluation does not need it"] : found
  }

  private static func counted(_ texts: [String]) -> [String] {
    var counts: [String: Int] = [:]
    var order: [String] = []
    for text in texts {
      if counts[text] == nil { order.append(text) }
      counts[text, default: 0] += 1
    }
    return order.map { text in (counts[text] ?? 1) > 1 ? "\(text) (\(counts[text] ?? 1) times)" : text }
  }
}

import GeocIR
import GeocPasses
import GeocSpec

/// What changed in meaning from one model to another: interface, nodes, parameters, cost, fusions, data and training.
struct ModelDifference: Encodable {
  /// One thing that is not as it was. A side is nil where the thing is not there.
  struct Row: Encodable, Hashable {
    var name: String
    var old: String?
    var new: String?
  }

  /// Rows of one kind.
  struct Section: Encodable {
    var title: String
    var rows: [Row]
  }

  /// Names of the models.
  let old: String
  let new: String
  /// Sections that have rows.
  let sections: [Section]
  /// Rows of the table of costs that are as they were, for comparison.
  let unchangedCosts: [Row]

  /// Whether both mean the same.
  var isEmpty: Bool { sections.isEmpty }

  /// Compares two models. Throws `GeocError` where one does not compile.
  init(_ old: ModelCompiler, _ new: ModelCompiler) throws {
    self.old = old.model.module.name
    self.new = new.model.module.name
    let (before, after) = (try ModelFacts(old), try ModelFacts(new))
    let costs = zip(before.costs, after.costs).map { Row(name: $0.name, old: $0.text, new: $1.text) }
    unchangedCosts = costs.filter { $0.old == $0.new }
    let all = [
      Section(title: "Model", rows: Self.rows(before.header, after.header)),
      Section(title: "Inputs and outputs", rows: Self.rows(before.interface, after.interface)),
      Section(title: "Nodes", rows: Self.rows(before.nodes, after.nodes)),
      Section(title: "Parameters", rows: Self.rows(before.parameters, after.parameters)),
      Section(title: "Cost", rows: costs.filter { $0.old != $0.new }),
      Section(title: "Fused and shared", rows: Self.rows(before.fusions, after.fusions)),
      Section(title: "Loss, data and training", rows: Self.rows(before.settings, after.settings)),
    ]
    sections = all.filter { !$0.rows.isEmpty }
  }

  /// Rows for what is different: in the old order, with what is new behind what stands before it.
  private static func rows(_ old: [ModelFacts.Fact], _ new: [ModelFacts.Fact]) -> [Row] {
    let (before, after) = (Dictionary(grouping: old, by: \.name), Dictionary(grouping: new, by: \.name))
    var names = old.map(\.name)
    for (k, fact) in new.enumerated() where before[fact.name] == nil {
      let place = k == 0 ? nil : names.firstIndex(of: new[k - 1].name)
      names.insert(fact.name, at: place.map { $0 + 1 } ?? (k == 0 ? 0 : names.count))
    }
    return names.compactMap { name in
      let row = Row(name: name, old: before[name]?.first?.text, new: after[name]?.first?.text)
      return row.old == row.new ? nil : row
    }
  }
}

/// A model as named facts that can be compared.
struct ModelFacts {
  struct Fact {
    var name: String
    var text: String
  }

  var header: [Fact]
  var interface: [Fact]
  var nodes: [Fact]
  var parameters: [Fact]
  var costs: [Fact]
  var fusions: [Fact]
  var settings: [Fact]

  /// The facts of a model. Throws `GeocError` where it does not compile.
  init(_ compiler: ModelCompiler) throws {
    let (model, registry) = (compiler.model, compiler.options.registry)
    let forward = try compiler.forward()
    header = [Fact(name: "dtype", text: model.module.dtype.rawValue)]
    interface = forward.parameters.filter { $0.kind == .input }.map {
      Fact(name: $0.name, text: "input \(forward.type($0.value).shown)")
    }
    interface += forward.results.filter { model.outputs.contains($0.name) }.map {
      Fact(name: "→ \($0.name)", text: forward.type($0.value).shown.description)
    }
    nodes = Self.nodes(forward, registry)
    parameters = try ModelCost(compiler).parameters().map {
      Fact(name: $0.name, text: "\($0.type), \(Count.text($0.count)) number\($0.count == 1 ? "" : "s")")
    }
    costs = try Self.costs(compiler)
    fusions = try Self.fusions(compiler)
    settings = Self.settings(model.spec.rendered(registry))
  }

  /// Every node by its path: op, parameters, what it reads, what it makes.
  private static func nodes(_ forward: Function, _ registry: OpRegistry) -> [Fact] {
    func name(_ value: Value) -> String {
      let own = forward.names[value.index]
      return own.isEmpty ? "a value" : own
    }
    let weights = Set(forward.parameters.filter { $0.kind != .input }.map(\.value))
    return forward.nodes.filter { !$0.origin.path.isEmpty }.map { node in
      let attributes = node.attributes.all.filter { $0.name != "stream" }.map { "\($0.name): \($0.value.description)" }
      let reads = node.inputs.filter { !weights.contains($0) }.map(name).joined(separator: ", ")
      let type = node.results.first.map { forward.type($0).shown.description } ?? ""
      let parameters = attributes.isEmpty ? "" : " { \(attributes.joined(separator: ", ")) }"
      return Fact(name: node.origin.path, text: "\(node.op)\(parameters) of \(reads) → \(type)")
    }
  }

  private static func costs(_ compiler: ModelCompiler) throws -> [Fact] {
    let registry = compiler.options.registry
    let predict = try FunctionCost(try compiler.compile(.predict).function, registry)
    let memory = try ModelCost(compiler).memory()
    let total = try ModelCost(compiler).parameters().reduce(0) { $0 + $1.count }
    var costs = [
      Fact(name: "parameters", text: Count.text(total)),
      Fact(name: "FLOPs a sample, prediction", text: Count.text(predict.flopsPerSample)),
      Fact(name: "eigendecompositions, prediction", text: predict.decompositions),
      Fact(name: "peak memory", text: "\(Count.bytes(memory.bytes)) (\(memory.function), batch of \(memory.batch))"),
    ]
    if compiler.model.optimizer != nil {
      let step = try FunctionCost(try compiler.compile(.step).function, registry)
      costs.append(Fact(name: "FLOPs a sample, training step", text: Count.text(step.flopsPerSample)))
      costs.append(Fact(name: "eigendecompositions, training step", text: step.decompositions))
    } else {
      costs.append(Fact(name: "FLOPs a sample, training step", text: "–"))
      costs.append(Fact(name: "eigendecompositions, training step", text: "–"))
    }
    return costs
  }

  /// What passes merged in the prediction, counted.
  private static func fusions(_ compiler: ModelCompiler) throws -> [Fact] {
    var counts: [String: Int] = [:]
    var order: [String] = []
    for entry in try compiler.compile(.predict).report.entries {
      let text = "\(entry.pass): \(entry.message)"
      if counts[text] == nil { order.append(text) }
      counts[text, default: 0] += 1
    }
    return order.map { Fact(name: $0, text: counts[$0] == 1 ? "once" : "\(counts[$0] ?? 0) times") }
  }

  /// Entries of the canonical spec behind the graph, by their keys.
  private static func settings(_ text: String) -> [Fact] {
    let sections = ["loss", "metrics", "claims", "passes", "data", "train"]
    var facts: [Fact] = []
    var section = ""
    for line in text.split(separator: "\n").map(String.init) {
      if !line.hasPrefix(" ") {
        section = String(line.prefix { $0 != ":" })
        continue
      }
      guard sections.contains(section) else { continue }
      let entry = line.trimmingSpaces
      let key = entry.hasPrefix("- ") ? "" : String(entry.prefix { $0 != ":" })
      let content = key.isEmpty ? entry : String(entry.dropFirst(key.count + 1)).trimmingSpaces
      if key.isEmpty || line.hasPrefix("    "), let last = facts.indices.last, facts[last].name == section {
        facts[last].text += " " + entry
      } else {
        facts.append(Fact(name: key.isEmpty ? section : "\(section).\(key)", text: key.isEmpty ? entry : content))
      }
    }
    return facts
  }
}

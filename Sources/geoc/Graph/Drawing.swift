import GeocIR
import GeocPlan

/// A graph to be drawn: boxes in nested clusters, arrows labelled with types.
struct Drawing: Encodable, Sendable {
  /// What a box stands for.
  enum Kind: String, Encodable, Sendable {
    case input, parameter, state, op, output
  }

  struct Box: Encodable, Sendable {
    var id: String
    var label: String
    var kind: Kind
    /// Family of the op; empty for other boxes.
    var family: String
    /// Clusters from the outside in: blocks, or the region of a plan.
    var cluster: [String]
    /// Line in the spec; 0 where there is none.
    var line: Int
    /// Attributes as they stand in the IR.
    var attributes: [String: String]
  }

  struct Arrow: Encodable, Sendable {
    var from: String
    var to: String
    var type: String
  }

  var title: String
  var function: String
  var boxes: [Box] = []
  var arrows: [Arrow] = []

  /// The data flow of a function. Weights and states are drawn only where a node does not own them, so that the graph
  /// of a model shows the layers and not their tensors.
  init(_ f: Function, title: String, _ registry: OpRegistry) {
    self.init(f, title: title, registry, skipsAliases: false) { Self.blocks($0.origin.path) }
  }

  /// The steps of a plan, one cluster for each region.
  init(_ schedule: Schedule, _ f: Function, title: String, _ registry: OpRegistry) {
    var regionOf: [Int: String] = [:]
    for (r, region) in schedule.regions.enumerated() {
      for step in schedule.steps[region.start..<region.end] where step.kind == .kernel {
        regionOf[step.index] = "\(region.kind.rawValue) \(r)"
      }
    }
    let indexOf = Dictionary(
      f.nodes.enumerated().compactMap { k, node in node.results.first.map { ($0, k) } }, uniquingKeysWith: { a, _ in a }
    )
    self.init(f, title: title, registry, skipsAliases: true) { node in
      node.results.first.flatMap { indexOf[$0] }.flatMap { regionOf[$0] }.map { [$0] } ?? []
    }
  }

  private init(
    _ f: Function, title: String, _ registry: OpRegistry, skipsAliases: Bool, cluster: (Node) -> [String]
  ) {
    self.title = title
    function = f.name
    var idOf: [Value: String] = [:]
    let drawn = Set(f.parameters.filter { Self.isDrawn($0, f) }.map(\.value))
    for (k, p) in f.parameters.enumerated() where drawn.contains(p.value) {
      let kind: Kind =
        switch p.kind {
        case .input, .cotangent, .hyper: .input
        case .state, .slot: .state
        case .param, .prepared: .parameter
        }
      idOf[p.value] = "p\(k)"
      boxes.append(Box(id: "p\(k)", label: p.name, kind: kind, family: "", cluster: [], line: 0, attributes: [:]))
    }
    for (k, node) in f.nodes.enumerated() {
      if skipsAliases, registry[node.op]?.traits.contains(.alias) == true, let input = node.inputs.first {
        for result in node.results { idOf[result] = idOf[input] }
        continue
      }
      let id = "n\(k)"
      boxes.append(
        Box(
          id: id, label: Self.label(node, f), kind: .op, family: registry[node.op]?.doc.family ?? "",
          cluster: cluster(node), line: node.origin.line,
          attributes: Dictionary(
            node.attributes.all.map { ($0.name, $0.value.description) }, uniquingKeysWith: { a, _ in a })))
      for input in node.inputs {
        guard let from = idOf[input] else { continue }
        arrows.append(Arrow(from: from, to: id, type: f.type(input).description))
      }
      for result in node.results { idOf[result] = id }
    }
    for (k, result) in f.results.enumerated() where !result.name.hasPrefix("state.") {
      guard let from = idOf[result.value] else { continue }
      boxes.append(
        Box(id: "r\(k)", label: result.name, kind: .output, family: "", cluster: [], line: 0, attributes: [:]))
      arrows.append(Arrow(from: from, to: "r\(k)", type: f.type(result.value).description))
    }
  }

  private static func isDrawn(_ p: Parameter, _ f: Function) -> Bool {
    if p.kind != .param && p.kind != .state && p.kind != .slot { return true }
    let users = f.nodes.count { $0.inputs.contains(p.value) }
    return users > 1 || (users > 0 && f.name != "forward")
  }

  /// The name of the node in the spec, with its op where the name does not tell it.
  private static func label(_ node: Node, _ f: Function) -> String {
    if f.name != "forward" { return node.origin.path.isEmpty ? node.op : "\(node.op)\n\(node.origin.path)" }
    let own = node.origin.path.split(separator: "/").last.map(String.init) ?? ""
    if own.isEmpty || own == node.op { return node.op }
    return own.hasPrefix(node.op + "_") ? own : "\(own)\n\(node.op)"
  }

  private static func blocks(_ path: String) -> [String] {
    path.split(separator: "/").dropLast().map(String.init)
  }

  /// Colour of a family, as RGB.
  static func color(_ box: Box) -> String {
    switch (box.kind, box.family) {
    case (.input, _): "#e8e8e8"
    case (.output, _): "#d0d0d0"
    case (.parameter, _): "#fff3c4"
    case (.state, _): "#f6dfc0"
    case (_, "dense"): "#cfe3ff"
    case (_, "spd"): "#d3f0d0"
    case (_, "ball"): "#e6d6f7"
    case (_, "loss"): "#ffd2d2"
    case (_, "core"): "#f4f4f4"
    default: "#ffffff"
    }
  }
}

import GeocDiagnostics
import GeocIR
import GeocPlan

/// A graph to be drawn: boxes in nested clusters, arrows labelled with types.
struct Drawing: Encodable, Sendable {
  /// What a box stands for.
  enum Kind: String, Encodable, Sendable {
    case input, parameter, state, op, output
    /// A node of the model that left no node of its own: the notes say why.
    case removed
  }

  /// A value that a box makes.
  struct Port: Encodable, Sendable {
    var type: String
    /// Bytes for one sample, or altogether where it is unbatched.
    var bytes: Int
    /// Whether an arrow carries it.
    var isRead = false

    /// `SPD(6) · 288 B`.
    var label: String { "\(type) · \(Count.bytes(bytes))" }
  }

  struct Box: Encodable, Sendable {
    var id: String
    var label: String
    var kind: Kind
    /// Family of the op, or of the spec node that a core op belongs to; empty for other boxes.
    var family = ""
    /// Clusters from the outside in: blocks, spec nodes, or the region of a plan.
    var cluster: [String] = []
    /// The spec node that it belongs to: `block_1/bwbn_1`.
    var path = ""
    /// Line in the spec; 0 where there is none.
    var line = 0
    /// That line.
    var written = ""
    /// Attributes as they stand in the IR.
    var attributes: [String: String] = [:]
    /// What it makes.
    var results: [Port] = []
    /// Weights and states that it owns, with their types.
    var parameters: [String] = []
    /// Floating-point operations for one sample, or for a call where it is unbatched.
    var flops = 0
    /// What the passes did to it, and why.
    var notes: [String] = []
    /// A note that is short enough to stand in the box; empty otherwise.
    var caption = ""
  }

  struct Arrow: Encodable, Hashable, Sendable {
    var from: String
    var to: String
    var type: String
    /// Which result of `from` it carries.
    var result = 0
  }

  var title: String
  var function: String
  var boxes: [Box] = []
  var arrows: [Arrow] = []

  /// An empty drawing.
  init(title: String, function: String) {
    self.title = title
    self.function = function
  }

  /// How a function is turned into boxes.
  struct Options {
    /// Ops and spaces.
    var registry: OpRegistry
    /// Bytes of a scalar.
    var dtype = DType.f64
    /// Family by spec node, for core ops.
    var families: [String: String] = [:]
    /// Leaves out nodes that do no work at run time.
    var skipsAliases = false
    /// Clusters of a node, given its index.
    var cluster: (Node, Int) -> [String] = { node, _ in
      node.origin.path.split(separator: "/").dropLast().map(String.init)
    }
  }

  /// The data flow of a function. Weights and states are drawn only where a node does not own them, so that the graph
  /// of a model shows the layers and not their tensors.
  init(_ f: Function, title: String, _ options: Options) {
    self.init(title: title, function: f.name)
    let registry = options.registry
    let users = Self.users(f)
    var source: [Value: (id: String, result: Int)] = [:]
    var owned: [Value: Parameter] = [:]
    func port(_ value: Value) -> Port {
      let type = f.type(value)
      let scalars = registry.spaces.shape(type).reduce(1, *)
      return Port(type: Self.shown(type), bytes: scalars * options.dtype.size)
    }
    for (k, p) in f.parameters.enumerated() {
      guard Self.isDrawn(p, f, users: users[p.value.index]) else {
        owned[p.value] = p
        continue
      }
      let kind: Kind =
        switch p.kind {
        case .input, .cotangent, .hyper: .input
        case .state, .slot: .state
        case .param, .prepared: .parameter
        }
      source[p.value] = ("p\(k)", 0)
      boxes.append(Box(id: "p\(k)", label: p.name, kind: kind, results: [port(p.value)]))
    }
    for (k, node) in f.nodes.enumerated() {
      let op = registry[node.op]
      if options.skipsAliases, op?.traits.contains(.alias) == true, let input = node.inputs.first {
        for result in node.results { source[result] = source[input] }
        continue
      }
      let id = "n\(k)"
      var box = Box(id: id, label: Self.label(node, f), kind: .op)
      let own = op?.doc.family ?? ""
      box.family = own == "core" || own.isEmpty ? options.families[node.origin.path] ?? own : own
      box.cluster = options.cluster(node, k)
      box.path = node.origin.path
      box.line = node.origin.line
      if let file = node.origin.span?.file, box.line > 0 {
        box.written = String(decoding: file.bytes[file.lineRange(box.line)], as: UTF8.self).trimmingSpaces
      }
      for (name, value) in node.attributes.all { box.attributes[name] = value.description }
      box.results = node.results.map(port)
      box.parameters = node.inputs.compactMap { owned[$0] }.map { "\($0.name): \(Self.shown(f.type($0.value)))" }
      if let op, let context = try? registry.context(node, in: f) { box.flops = op.flops(context) }
      boxes.append(box)
      for input in node.inputs {
        guard let from = source[input] else { continue }
        arrows.append(Arrow(from: from.id, to: id, type: f.type(input).description, result: from.result))
      }
      for (r, result) in node.results.enumerated() { source[result] = (id, r) }
    }
    for (k, result) in f.results.enumerated() where !result.name.hasPrefix("state.") {
      guard let from = source[result.value] else { continue }
      boxes.append(Box(id: "r\(k)", label: result.name, kind: .output))
      arrows.append(Arrow(from: from.id, to: "r\(k)", type: f.type(result.value).description, result: from.result))
    }
    if f.name != "forward" { bringParametersIn() }
    let read = Set(arrows.map { [$0.from, "\($0.result)"] })
    for k in boxes.indices {
      for r in boxes[k].results.indices { boxes[k].results[r].isRead = read.contains([boxes[k].id, "\(r)"]) }
    }
  }

  /// Puts parameters into the innermost cluster that holds all their readers, and results beside their maker.
  private mutating func bringParametersIn() {
    let indexOf = Dictionary(boxes.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { a, _ in a })
    var shared: [Int: [String]] = [:]
    for arrow in arrows {
      guard let from = indexOf[arrow.from], let to = indexOf[arrow.to] else { continue }
      if boxes[to].kind == .output { boxes[to].cluster = boxes[from].cluster }
      guard boxes[from].kind == .parameter || boxes[from].kind == .state else { continue }
      let cluster = boxes[to].cluster
      shared[from] = shared[from].map { known in Array(zip(known, cluster).prefix { $0 == $1 }.map(\.0)) } ?? cluster
    }
    for (box, cluster) in shared { boxes[box].cluster = cluster }
  }

  /// How many nodes read each value.
  private static func users(_ f: Function) -> [Int] {
    var table = [Int](repeating: 0, count: f.types.count)
    for node in f.nodes { for value in Set(node.inputs) { table[value.index] += 1 } }
    return table
  }

  private static func isDrawn(_ p: Parameter, _ f: Function, users: Int) -> Bool {
    if p.kind != .param && p.kind != .state && p.kind != .slot { return true }
    return users > 1 || (users > 0 && f.name != "forward")
  }

  /// The type of one item, without what only the compiler knows about it.
  private static func shown(_ type: GeoType) -> String { type.shown.description }

  /// The name of the node in the spec, with its op where the name does not tell it.
  private static func label(_ node: Node, _ f: Function) -> String {
    if f.name != "forward" { return node.origin.path.isEmpty ? node.op : "\(node.op)\n\(node.origin.path)" }
    let own = node.origin.path.split(separator: "/").last.map(String.init) ?? ""
    if own.isEmpty || own == node.op { return node.op }
    return own.hasPrefix(node.op + "_") ? own : "\(own)\n\(node.op)"
  }
}

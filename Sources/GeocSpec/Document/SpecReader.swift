import Foundation
import GeocDiagnostics
import GeocYAML

/// Reads a document into a `Spec`, reporting every broken rule of the form on the way.
struct SpecReader {
  var problems: Problems
  /// Files on the way from the spec to the file being read, to find cycles.
  private var openFiles: [String] = []
  private var includedFiles: Set<String> = []

  init(problems: Problems) { self.problems = problems }

  static let topKeys = [
    "geoc", "model", "description", "dtype", "include", "dims", "inputs", "blocks", "graph", "outputs", "loss",
    "metrics",
    "claims", "passes", "data", "train", "sweep",
  ]
  static let nodeKeys = ["as", "from", "repeat"]
  static let blockKeys = ["params", "in", "graph", "out"]

  /// The spec of a document; nil where its header or graph cannot be read at all.
  mutating func spec(_ root: YAMLNode, path: String) -> Spec? {
    guard let fields = problems.fields(root, "a spec", known: Self.topKeys) else { return nil }
    let start = root.entries?.first?.key.span ?? root.span
    readVersion(fields["geoc"], start)
    let folder = (path as NSString).deletingLastPathComponent
    var spec = Spec(root: root, folder: folder.isEmpty ? "." : folder, name: Located("model", start))
    if let field = fields["model"] {
      if let name = problems.text(field.value, "'model'") {
        spec.name = name
        let allowed = name.value.utf8.allSatisfy {
          (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x5F
        }
        if !allowed || name.value.isEmpty {
          problems.report(
            .spec.badIdentifier, "'\(name.value)' is not a model name", at: name.span,
            label: "use the letters a-z, digits, '-' and '_'")
        }
      }
    } else {
      problems.report(.spec.missingKey, "a spec needs 'model'", at: start, help: "add 'model: my-model'")
    }
    if let field = fields["description"], let text = problems.text(field.value, "'description'") {
      spec.description = text.value
    }
    if let field = fields["dtype"], let text = problems.choice(field.value, "'dtype'", ["f32", "f64"]) {
      spec.dtype = text.value
    }
    if let field = fields["dims"] { spec.dims = readDims(field.value) }
    if let field = fields["inputs"] { spec.inputs = readInputs(field.value) }
    if let field = fields["blocks"] { spec.blocks = readBlocks(field.value, known: []) }
    if let field = fields["include"] {
      openFiles = [Self.standard(path)]
      readIncludes(field.value, folder: spec.folder, into: &spec)
    }
    if let field = fields["graph"] {
      spec.graph = readGraph(field.value, "'graph'")
    } else {
      problems.report(
        .spec.missingKey, "a spec needs 'graph'", at: start,
        help: "list the layers: 'graph: [flatten, linear: { out: 5 }]'")
    }
    if fields["inputs"] == nil {
      problems.report(.spec.missingKey, "a spec needs 'inputs'", at: start, help: "add 'inputs: { x: \"R[8]\" }'")
    }
    if let field = fields["outputs"] { spec.outputs = problems.names(field.value, "'outputs'") }
    if let field = fields["loss"] { spec.losses = readLosses(field.value) }
    if let field = fields["metrics"] { spec.metrics = readMetrics(field.value) }
    if let field = fields["claims"] { spec.claims = readClaims(field.value) }
    if let field = fields["passes"] { spec.passes = readPasses(field.value) }
    if let field = fields["data"] { spec.data = (field.key.span, field.value) }
    if let field = fields["train"] { spec.train = (field.key.span, field.value) }
    if let field = fields["sweep"] { spec.sweep = (field.key.span, field.value) }
    return spec
  }

  private mutating func readVersion(_ field: Problems.Field?, _ start: Span) {
    guard let field else {
      problems.report(.spec.missingKey, "a spec begins with its language version", at: start, help: "add 'geoc: 1'")
      return
    }
    guard let version = problems.integer(field.value, "'geoc'") else { return }
    if version.value != 1 {
      problems.report(
        .spec.badVersion, "language version \(version.value) is unknown", at: version.span,
        label: "this geoc reads version 1")
    }
  }

  private mutating func readDims(_ node: YAMLNode) -> [(name: Located<String>, size: Int)] {
    var dims: [(name: Located<String>, size: Int)] = []
    for (key, value) in problems.entries(node, "'dims'") {
      guard let name = problems.identifier(key, "a size") else { continue }
      guard let size = problems.integer(value, "the size '\(name.value)'") else {
        problems.silenced.insert(name.value)
        continue
      }
      guard size.value > 0 else {
        problems.silenced.insert(name.value)
        problems.report(
          .spec.parameterOutOfRange, "the size '\(name.value)' must be positive, found \(size.value)", at: size.span)
        continue
      }
      dims.append((name, size.value))
    }
    return dims
  }

  private mutating func readInputs(_ node: YAMLNode) -> [(name: Located<String>, type: Located<String>)] {
    var inputs: [(name: Located<String>, type: Located<String>)] = []
    for (key, value) in problems.entries(node, "'inputs'") {
      guard let name = problems.identifier(key, "an input") else { continue }
      guard let type = problems.text(value, "the type of '\(name.value)'") else { continue }
      inputs.append((name, type))
    }
    if inputs.isEmpty, node.entries?.isEmpty == true {
      problems.report(.spec.missingKey, "a model needs at least one input", at: node.span)
    }
    return inputs
  }

  // MARK: Blocks

  private mutating func readBlocks(_ node: YAMLNode, known: [BlockEntry]) -> [BlockEntry] {
    var blocks: [BlockEntry] = []
    for (key, value) in problems.entries(node, "'blocks'") {
      guard let name = problems.identifier(key, "a block") else { continue }
      if let other = known.first(where: { $0.name.value == name.value }) {
        problems.report(
          .spec.duplicateName, "the block '\(name.value)' is defined twice", at: name.span,
          labels: [(other.name.span, "first defined here")])
        continue
      }
      if let block = readBlock(name, value) { blocks.append(block) }
    }
    return blocks
  }

  private mutating func readBlock(_ name: Located<String>, _ node: YAMLNode) -> BlockEntry? {
    guard let fields = problems.fields(node, "the block '\(name.value)'", known: Self.blockKeys) else { return nil }
    var block = BlockEntry(name: name)
    if let field = fields["params"] {
      if let items = field.value.items {
        for item in items {
          if let parameter = problems.identifier(item, "a parameter") { block.parameters.append((parameter, nil)) }
        }
      } else {
        for (key, value) in problems.entries(field.value, "'params'") {
          guard let parameter = problems.identifier(key, "a parameter") else { continue }
          block.parameters.append((parameter, value.isNull ? nil : value))
        }
      }
    }
    if let field = fields["in"] { block.inputs = readBlockInputs(field.value) }
    if let field = fields["graph"] {
      block.graph = readGraph(field.value, "the graph of '\(name.value)'")
    } else {
      problems.report(.spec.missingKey, "the block '\(name.value)' needs 'graph'", at: name.span)
    }
    if let field = fields["out"] { block.outputs = problems.names(field.value, "'out'") }
    return block
  }

  private mutating func readBlockInputs(_ node: YAMLNode) -> [(name: Located<String>, type: Located<String>?)] {
    if let items = node.items {
      return items.compactMap { item in problems.identifier(item, "an input").map { ($0, nil) } }
    }
    if node.entries == nil {
      guard let type = problems.text(node, "'in'") else { return [] }
      return [(Located("x", node.span), type)]
    }
    var inputs: [(name: Located<String>, type: Located<String>?)] = []
    for (key, value) in problems.entries(node, "'in'") {
      guard let name = problems.identifier(key, "an input") else { continue }
      if value.isNull {
        inputs.append((name, nil))
      } else if let type = problems.text(value, "the type of '\(name.value)'") {
        inputs.append((name, type))
      }
    }
    return inputs
  }

  private mutating func readIncludes(_ node: YAMLNode, folder: String, into spec: inout Spec) {
    for file in problems.names(node, "'include'") ?? [] {
      let path = file.value.hasPrefix("/") ? file.value : folder + "/" + file.value
      let standard = Self.standard(path)
      if openFiles.contains(standard) {
        problems.report(
          .spec.includeCycle, "'\(file.value)' includes itself", at: file.span, label: "this closes the circle")
        continue
      }
      guard includedFiles.insert(standard).inserted else { continue }
      guard FileManager.default.isReadableFile(atPath: path) else {
        problems.report(
          .spec.includeFailed, "cannot read '\(file.value)'", at: file.span, label: "no such file")
        continue
      }
      guard let root = problems.load(path) else { continue }
      guard let fields = problems.fields(root, "a file of blocks", known: Self.topKeys) else { continue }
      if let version = fields["geoc"] { readVersion(version, file.span) }
      openFiles.append(standard)
      if let field = fields["blocks"] { spec.blocks += readBlocks(field.value, known: spec.blocks) }
      if let field = fields["include"] {
        readIncludes(field.value, folder: (path as NSString).deletingLastPathComponent, into: &spec)
      }
      openFiles.removeLast()
    }
  }

  private static func standard(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
  }

  // MARK: Nodes

  private mutating func readGraph(_ node: YAMLNode, _ what: String) -> [NodeEntry] {
    guard let items = problems.items(node, what) else { return [] }
    if items.isEmpty { problems.report(.spec.emptyGraph, "\(what) is empty", at: node.span) }
    return items.compactMap { readNode($0, reserved: Self.nodeKeys)?.node }
  }

  /// A node, and the reserved keys that are not the node's own.
  private mutating func readNode(_ node: YAMLNode, reserved: [String]) -> (node: NodeEntry, fields: [String: YAMLNode])?
  {
    if let name = node.stringValue { return (NodeEntry(op: Located(name, node.span)), [:]) }
    guard node.entries != nil else {
      problems.report(
        .spec.badNode, "a node is an op name or a mapping with one op, found \(node.kindName)", at: node.span)
      return nil
    }
    var ops: [(key: YAMLNode, value: YAMLNode)] = []
    var fields: [String: YAMLNode] = [:]
    for (key, value) in problems.entries(node, "a node") {
      if let text = key.text, reserved.contains(text) { fields[text] = value } else { ops.append((key, value)) }
    }
    guard let first = ops.first, let op = problems.text(first.key, "an op name") else {
      problems.report(.spec.badNode, "a node needs an op", at: node.span, label: "only reserved keys here")
      return nil
    }
    for extra in ops.dropFirst() {
      let text = extra.key.text ?? ""
      let near = suggestion(for: text, among: reserved)
      problems.report(
        .spec.badNode, "a node has one op, found '\(op.value)' and '\(text)'", at: extra.key.span,
        labels: [(op.span, "the op of this node")],
        meant: near, help: "parameters go inside: '\(op.value): { \(text): … }'; another op is another list entry")
    }
    var entry = NodeEntry(op: op)
    if first.value.entries != nil {
      for (key, value) in problems.entries(first.value, "the parameters of '\(op.value)'") {
        guard let name = problems.text(key, "a parameter") else { continue }
        entry.arguments.append(ArgumentEntry(name: name, value: value))
      }
    } else if !first.value.isNull {
      problems.report(
        .spec.wrongKind, "the parameters of '\(op.value)' are a mapping, found \(first.value.kindName)",
        at: first.value.span,
        help: "write '\(op.value): { name: value }'")
      return nil
    }
    if let value = fields["as"] { entry.alias = problems.identifier(value, "a node", allowing: "$") }
    if let value = fields["from"] { entry.from = problems.names(value, "'from'") }
    entry.times = fields["repeat"]
    return (entry, fields)
  }

  // MARK: Loss, metrics, claims, passes

  private mutating func readLosses(_ node: YAMLNode) -> [LossEntry] {
    let terms = node.items ?? [node]
    if terms.isEmpty { problems.report(.spec.wrongKind, "'loss' is empty", at: node.span) }
    return terms.compactMap { term in
      guard let (node, fields) = readNode(term, reserved: Self.nodeKeys + ["weight"]) else { return nil }
      var entry = node
      if let times = entry.times { problems.report(.spec.wrongKind, "a loss is not repeated", at: times.span) }
      entry.times = nil
      var weight = 1.0
      if let value = fields["weight"] {
        guard let number = problems.number(value, "'weight'") else { return nil }
        weight = number.value
      }
      return LossEntry(node: entry, weight: weight)
    }
  }

  static let metricNames = ["accuracy", "balanced_accuracy", "f1", "mse", "cluster_accuracy", "separation"]

  private mutating func readMetrics(_ node: YAMLNode) -> [MetricEntry] {
    (node.items ?? [node]).compactMap { item in
      if item.isScalar {
        guard let name = problems.choice(item, "a metric", Self.metricNames, code: .spec.unknownMetric) else {
          return nil
        }
        return metric(name, [:])
      }
      guard let entries = item.entries, let first = entries.first, entries.count == 1 else {
        problems.report(.spec.wrongKind, "a metric is a name or a mapping with one name", at: item.span)
        return nil
      }
      guard let name = problems.choice(first.key, "a metric", Self.metricNames, code: .spec.unknownMetric) else {
        return nil
      }
      let known =
        name.value == "separation"
        ? [] : ["prediction", "target"] + (name.value == "cluster_accuracy" ? ClusterEntry.keys : [])
      guard let fields = problems.fields(first.value, "the metric '\(name.value)'", known: known) else { return nil }
      return metric(name, fields)
    }
  }

  private mutating func metric(_ name: Located<String>, _ fields: [String: Problems.Field]) -> MetricEntry? {
    var metric = MetricEntry(name: name)
    if let field = fields["prediction"] { metric.prediction = problems.text(field.value, "'prediction'") }
    if let field = fields["target"] { metric.target = problems.text(field.value, "'target'") }
    guard name.value == "cluster_accuracy" else { return metric }
    guard let clustering = problems.clusterEntry(fields, name) else { return nil }
    metric.clustering = clustering
    return metric
  }

  static let claimNames = [
    "invariant", "equivariant", "invertible", "scale_invariant", "max_memory", "max_parameters", "max_flops",
  ]

  private mutating func readClaims(_ node: YAMLNode) -> [ClaimEntry] {
    var pairs: [(key: YAMLNode, value: YAMLNode?)] = []
    for item in node.items ?? [node] {
      if item.isScalar {
        pairs.append((item, nil))
      } else {
        pairs += problems.entries(item, "a claim").map { ($0.key, $0.value) }
      }
    }
    return pairs.compactMap { key, value in
      problems.choice(key, "a claim", Self.claimNames, code: .spec.unknownClaim).map {
        ClaimEntry(name: $0, value: value)
      }
    }
  }

  static let passNames = ["frame_average", "normalize_and_project", "equivariance_regularizer", "invert"]

  private mutating func readPasses(_ node: YAMLNode) -> [PassEntry] {
    var passes: [PassEntry] = []
    for item in node.items ?? [node] {
      if item.isScalar {
        if let name = problems.choice(item, "a pass", Self.passNames, code: .spec.unknownPass) {
          passes.append(PassEntry(name: name, arguments: []))
        }
        continue
      }
      for (key, value) in problems.entries(item, "a pass") {
        guard let name = problems.choice(key, "a pass", Self.passNames, code: .spec.unknownPass) else { continue }
        var arguments: [ArgumentEntry] = []
        if !value.isNull {
          for (key, value) in problems.entries(value, "the parameters of '\(name.value)'") {
            guard let parameter = problems.text(key, "a parameter") else { continue }
            arguments.append(ArgumentEntry(name: parameter, value: value))
          }
        }
        passes.append(PassEntry(name: name, arguments: arguments))
      }
    }
    return passes
  }
}

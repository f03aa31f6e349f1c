import GeocDiagnostics
import GeocIR
import GeocYAML

extension Spec {
  /// The spec in canonical form: every default written out, included blocks brought in. Reads back to the same model.
  package func rendered(_ registry: OpRegistry) -> String {
    var writer = SpecWriter(registry: registry)
    writer.write(self)
    return writer.text
  }
}

/// Writes specs.
private struct SpecWriter {
  let registry: OpRegistry
  var text = ""

  mutating func line(_ depth: Int, _ content: String) {
    text += String(repeating: "  ", count: depth) + content + "\n"
  }

  mutating func write(_ spec: Spec) {
    line(0, "geoc: 1")
    line(0, "model: \(FlowText.scalar(spec.name.value))")
    if !spec.description.isEmpty { line(0, "description: \(FlowText.scalar(spec.description))") }
    line(0, "dtype: \(spec.dtype)")
    if !spec.dims.isEmpty {
      let dims = spec.dims.map { "\(FlowText.scalar($0.name.value)): \($0.size)" }
      line(0, "dims: { \(dims.joined(separator: ", ")) }")
    }
    line(0, "inputs:")
    for (name, type) in spec.inputs { line(1, "\(FlowText.scalar(name.value)): \(FlowText.scalar(type.value))") }
    if !spec.blocks.isEmpty { line(0, "blocks:") }
    for block in spec.blocks { write(block) }
    line(0, "graph:")
    for entry in spec.graph { write(entry, depth: 1) }
    if let outputs = spec.outputs { line(0, "outputs: \(FlowText.list(outputs.map(\.value)))") }
    if !spec.losses.isEmpty { line(0, "loss:") }
    for loss in spec.losses { write(loss.node, depth: 1, weight: loss.weight) }
    if !spec.metrics.isEmpty { line(0, "metrics:") }
    for metric in spec.metrics { write(metric) }
    if !spec.claims.isEmpty { line(0, "claims:") }
    for claim in spec.claims {
      line(1, "- \(claim.name.value)" + (claim.value.map { ": \(FlowText.text($0))" } ?? ""))
    }
    if !spec.passes.isEmpty { line(0, "passes:") }
    for pass in spec.passes {
      var arguments = pass.arguments.map { ($0.name.value, FlowText.text($0.value)) }
      if let rewrite = registry.rewrites.first(where: { $0.name == pass.name.value }) {
        arguments += defaults(rewrite.signature, arguments.map(\.0))
      }
      line(1, "- \(pass.name.value)" + (arguments.isEmpty ? "" : ": \(FlowText.map(arguments))"))
    }
    if let data = spec.data { write("data", data.value) }
    if let train = spec.train { write("train", train.value) }
    if let sweep = spec.sweep { write("sweep", sweep.value) }
  }

  private mutating func write(_ block: BlockEntry) {
    line(1, "\(FlowText.scalar(block.name.value)):")
    if !block.parameters.isEmpty {
      let parameters = block.parameters.map { ($0.name.value, $0.defaultValue.map(FlowText.text) ?? "null") }
      line(2, "params: \(FlowText.map(parameters))")
    }
    if let inputs = block.inputs {
      line(
        2, "in: \(FlowText.map(inputs.map { ($0.name.value, $0.type.map { FlowText.scalar($0.value) } ?? "null") }))")
    }
    line(2, "graph:")
    for entry in block.graph { write(entry, depth: 3) }
    if let outputs = block.outputs { line(2, "out: \(FlowText.list(outputs.map(\.value)))") }
  }

  private mutating func write(_ entry: NodeEntry, depth: Int, weight: Double? = nil) {
    var arguments = entry.arguments.map { ($0.name.value, FlowText.text($0.value)) }
    if let op = registry[entry.op.value] {
      // Random nodes get a stream of their own where none is given.
      let unset = op.traits.contains(.random) ? ["stream"] : []
      arguments += defaults(op.signature, arguments.map(\.0) + unset)
    }
    let op = FlowText.scalar(entry.op.value)
    let isBare = entry.alias == nil && entry.from == nil && entry.times == nil && weight == nil
    if arguments.isEmpty, isBare {
      line(depth, "- \(op)")
    } else {
      line(depth, "- \(op):" + (arguments.isEmpty ? "" : " \(FlowText.map(arguments))"))
    }
    if let alias = entry.alias { line(depth + 1, "as: \(FlowText.scalar(alias.value))") }
    if let from = entry.from { line(depth + 1, "from: \(FlowText.list(from.map(\.value)))") }
    if let times = entry.times { line(depth + 1, "repeat: \(FlowText.text(times))") }
    if let weight { line(depth + 1, "weight: \(NumberText.text(weight))") }
  }

  private mutating func write(_ metric: MetricEntry) {
    var fields: [(String, String)] = []
    if let prediction = metric.prediction { fields.append(("prediction", FlowText.scalar(prediction.value))) }
    if let features = metric.clustering?.features { fields.append(("features", FlowText.scalar(features.value))) }
    if let target = metric.target { fields.append(("target", FlowText.scalar(target.value))) }
    fields += metric.clustering?.fields ?? []
    line(1, "- \(metric.name.value)" + (fields.isEmpty ? "" : ": \(FlowText.map(fields))"))
  }

  /// A section whose keys stay as they are; optimizers get their defaults.
  private mutating func write(_ name: String, _ node: YAMLNode) {
    line(0, "\(name):")
    for entry in node.entries ?? [] {
      let (key, value) = (entry.name, entry.value)
      if key == "optimizer" {
        line(1, "optimizer: \(optimizer(value))")
      } else {
        line(1, "\(FlowText.scalar(key)): \(FlowText.text(value))")
      }
    }
    guard name == "train" else { return }
    let given = (node.entries ?? []).compactMap(\.key.text)
    let chosen = node.entries?.first { $0.key.text == "optimizer" }?.value
    let isSearch = registry.optimizers[chosen?.text ?? chosen?.entries?.first?.key.text ?? ""] is any SearchRule.Type
    let defaults = [
      ("schedule", "constant"), ("batch", isSearch ? "whole" : "32"), ("drop_last", "false"), ("shuffle", "true"),
      ("seed", "0"),
      ("checkpoint_every", "1"),
    ]
    for (key, value) in defaults where !given.contains(key) && !(isSearch && key == "schedule") {
      line(1, "\(key): \(value)")
    }
  }

  private func optimizer(_ node: YAMLNode) -> String {
    let name = node.text ?? node.entries?.first?.key.text ?? ""
    guard let rule = registry.optimizers[name] else { return FlowText.text(node) }
    var arguments = (node.entries?.first?.value.entries ?? []).map { ($0.key.text ?? "", FlowText.text($0.value)) }
    arguments += defaults(rule.signature, arguments.map(\.0))
    return "{ \(name): \(FlowText.map(arguments)) }"
  }

  private func defaults(_ signature: Signature, _ given: [String]) -> [(String, String)] {
    signature.parameters.compactMap { parameter in
      guard !given.contains(parameter.name), let value = parameter.defaultValue else { return nil }
      switch value {
      case .name(let x), .text(let x): return (parameter.name, FlowText.scalar(x))
      case .real(let x): return (parameter.name, FlowText.number(x))
      default: return (parameter.name, value.description)
      }
    }
  }
}

/// YAML in flow style.
enum FlowText {
  /// A tree on one line.
  static func text(_ node: YAMLNode) -> String {
    if let items = node.items { return "[\(items.map(text).joined(separator: ", "))]" }
    if let entries = node.entries { return map(entries.map { ($0.key.text ?? "", text($0.value)) }) }
    if node.isNull { return "null" }
    if let x = node.integerValue { return String(x) }
    if let x = node.numberValue { return number(x) }
    if let x = node.flagValue { return String(x) }
    return scalar(node.text ?? "")
  }

  static func map(_ fields: [(String, String)]) -> String {
    fields.isEmpty ? "{}" : "{ \(fields.map { "\(scalar($0.0)): \($0.1)" }.joined(separator: ", ")) }"
  }

  static func list(_ names: [String]) -> String { "[\(names.map(scalar).joined(separator: ", "))]" }

  /// A number that reads back as a number of the same kind.
  static func number(_ x: Double) -> String {
    if x.isNaN { return ".nan" }
    if x.isInfinite { return x < 0 ? "-.inf" : ".inf" }
    return String(x)
  }

  /// A text, in quotes where it would read as something else.
  static func scalar(_ text: String) -> String {
    let isWord = text.utf8.allSatisfy { TextScannerBytes.isWord($0) }
    let first = text.utf8.first ?? 0x30
    let startsAsName = (0x61...0x7A).contains(first) || (0x41...0x5A).contains(first) || first == 0x5F || first == 0x24
    if isWord, startsAsName, !["null", "true", "false"].contains(text.lowercased()) { return text }
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}

/// Bytes that need no quotes anywhere in YAML.
private enum TextScannerBytes {
  static func isWord(_ c: UInt8) -> Bool {
    (0x61...0x7A).contains(c) || (0x41...0x5A).contains(c) || (0x30...0x39).contains(c)
      || [0x5F, 0x2D, 0x2E, 0x2F, 0x24].contains(c)
  }
}

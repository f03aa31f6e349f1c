import GeocDiagnostics
import GeocIR
import GeocYAML

/// Reads `claims` against the names of the model.
struct RequestReader {
  let registry: OpRegistry
  /// The weights of the model; empty when it could not be elaborated.
  let weights: [(name: String, type: GeoType)]
  var problems: Problems

  /// The claims.
  mutating func claims(_ entries: [ClaimEntry]) -> [ClaimDescription] {
    entries.compactMap { entry in
      property(entry).map { ClaimDescription(property: $0, origin: Origin(span: entry.name.span)) }
    }
  }

  private mutating func property(_ entry: ClaimEntry) -> ClaimDescription.Property? {
    let name = entry.name.value
    if name == "invertible" {
      if let value = entry.value, !value.isNull {
        problems.report(.spec.wrongKind, "'invertible' stands alone", at: value.span)
      }
      return .invertible
    }
    guard let value = entry.value else {
      let example =
        [
          "max_memory": "512 MB", "max_parameters": "20 k", "max_flops": "1.5 M", "scale_invariant": "[h.weight]",
        ][name] ?? "SE(3)"
      problems.report(
        .spec.wrongKind, "'\(name)' needs a value", at: entry.name.span, help: "write '\(name): \(example)'")
      return nil
    }
    switch name {
    case "scale_invariant":
      guard let names = problems.names(value, "'scale_invariant'") else { return nil }
      for weight in names where !weights.isEmpty && !weights.contains(where: { $0.name == weight.value }) {
        let near = suggestion(for: weight.value, among: weights.map(\.name))
        problems.report(
          .spec.unknownName, "there is no parameter '\(weight.value)'", at: weight.span,
          meant: near)
      }
      return .scaleInvariant(parameters: names.map(\.value))
    case "max_parameters", "max_flops":
      guard let text = value.text, let count = Self.count(text) else {
        problems.report(
          .spec.parameterOutOfRange, "'\(value.text ?? value.kindName)' is not a number of things", at: value.span,
          label: "a positive number, or one with k, M or G")
        return nil
      }
      return name == "max_flops" ? .maxFLOPs(count) : .maxParameters(count)
    case "max_memory":
      guard let text = problems.text(value, "'max_memory'") else { return nil }
      guard let bytes = Self.bytes(text.value) else {
        problems.report(
          .spec.parameterOutOfRange, "'\(text.value)' is not an amount of memory", at: text.span,
          label: "a number and B, kB, MB or GB")
        return nil
      }
      return .maxMemory(bytes: bytes)
    default:
      guard let group = problems.text(value, "'\(name)'") else { return nil }
      return name == "invariant" ? .invariant(group: group.value) : .equivariant(group: group.value)
    }
  }

  /// `512 MB`, `1.5GB`, `4096`: bytes, in powers of 1000 (`MB`) or 1024 (`MiB`).
  static func bytes(_ text: String) -> Int? {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard let number = Double(digits), number > 0 else { return nil }
    let factors: [String: Double] = [
      "": 1, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "kib": 1024, "mib": 1_048_576, "gib": 1_073_741_824,
    ]
    guard let factor = factors[text.dropFirst(digits.count).trimmingSpaces.lowercased()] else { return nil }
    return Int(exactly: (number * factor).rounded())
  }

  /// `20000`, `20 k`, `1.5M`: a count, in powers of 1000.
  static func count(_ text: String) -> Int? {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "_") }
    guard let number = Double(digits.filter { $0 != "_" }), number > 0 else { return nil }
    let factors: [String: Double] = ["": 1, "k": 1e3, "m": 1e6, "g": 1e9]
    guard let factor = factors[text.dropFirst(digits.count).trimmingSpaces.lowercased()] else { return nil }
    return Int(exactly: (number * factor).rounded())
  }
}

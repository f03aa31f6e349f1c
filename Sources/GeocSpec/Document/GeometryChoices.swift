import GeocDiagnostics
import GeocIR

extension OptimizerReader {
  /// Reports a `metric` or `retraction` that none of `weights` has: it would have no effect.
  mutating func checkGeometry(_ arguments: [ArgumentEntry], of weights: [(name: String, type: GeoType)]) {
    let spaces = Dictionary(
      weights.compactMap { weight in registry.spaces[weight.type.space.name].map { (weight.type.space.name, $0) } },
      uniquingKeysWith: { first, _ in first }
    ).sorted { $0.key < $1.key }
    guard !spaces.isEmpty else { return }
    for argument in arguments where ["metric", "retraction"].contains(argument.name.value) {
      guard let chosen = argument.value.text else { continue }
      let offers = spaces.map { name, space in
        let all =
          argument.name.value == "metric" ? space.metrics : space.metrics.flatMap { space.retractions(metric: $0) }
        var unique: [String] = []
        for choice in all where !unique.contains(choice) { unique.append(choice) }
        return (space: name, choices: unique)
      }
      if offers.contains(where: { $0.choices.contains(chosen) }) { continue }
      let near = suggestion(for: chosen, among: offers.flatMap(\.choices))
      problems.report(
        .spec.unknownChoice, "no parameter here has the \(argument.name.value) '\(chosen)'", at: argument.value.span,
        meant: near,
        help: offers.map { "\($0.space) has \($0.choices.joined(separator: ", "))" }.joined(separator: "; "))
    }
  }
}

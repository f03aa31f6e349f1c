import GeocDiagnostics
import GeocIR
import GeocYAML

extension Elaborator {
  /// The loss: batch means of its terms, weighted and added. Results: `loss` and, for several terms, `loss.1`, `loss.2`.
  /// Gives the names of what the first term with two inputs reads.
  mutating func elaborateLosses(_ scope: inout Scope) throws -> (prediction: String, target: String)? {
    var total: Value?
    var terms: [Value] = []
    var read: (prediction: String, target: String)?
    // The terms are not each other's previous node: all read the last node of the graph.
    let last = scope.previous
    for loss in spec.losses {
      scope.previous = last
      let entry = substituted(loss.node, scope)
      let before = nodes.count
      guard let value = try elaborate(entry, &scope).first?.value else { continue }
      if read == nil, nodes.count == before + 1, nodes[before].inputs.count >= 2 {
        read = predictionAndTarget(nodes[before].inputs, scope)
      }
      let type = builder.type(value)
      guard type.isReal, type.field.isEmpty else {
        isBroken = true
        problems.report(
          .types.lossNotScalar, "a loss is one number per sample, found \(type.shown)", at: entry.op.span,
          label: "this makes \(Self.article(type.shown.description))",
          help: type.isReal ? "reduce it with 'mean'" : nil)
        continue
      }
      builder.origin = Origin(span: entry.op.span, path: "loss")
      var mean = value
      if type.isBatched {
        let sum = try builder.one("batch_sum", [value])
        let count = try builder.one("batch_size", [])
        mean = try builder.one("map", [sum, count], ["expr": .expression(.input(0) / .input(1))])
      }
      terms.append(mean)
      var weighted = mean
      if loss.weight != 1 {
        weighted = try builder.one("map", [mean], ["expr": .expression(.constant(loss.weight) * .input(0))])
      }
      if let sum = total {
        total = try builder.one("map", [sum, weighted], ["expr": .expression(.input(0) + .input(1))])
      } else {
        total = weighted
      }
    }
    scope.previous = last
    if let total, terms.count == spec.losses.count {
      builder.result("loss", total)
      if terms.count > 1 { for (k, term) in terms.enumerated() { builder.result("loss.\(k + 1)", term) } }
    }
    return read
  }

  private func predictionAndTarget(
    _ values: [Value], _ scope: Scope
  ) -> (prediction: String, target: String)? {
    guard values.count >= 2, let prediction = scope.name(of: values[0]),
      let target = inputs.first(where: { $0.value == values[1] })
    else { return nil }
    return (prediction, target.name.value)
  }

  /// The last node of the graph with an input 'target', and that input: what is compared where there is no loss.
  private func classifier(_ scope: Scope) -> (prediction: String, target: String)? {
    for node in nodes.reversed() where !node.isLoss {
      guard let at = registry[node.op]?.signature.inputs.firstIndex(where: { $0.name == "target" }),
        node.inputs.indices.contains(at), let prediction = node.results.first.flatMap({ scope.name(of: $0) }),
        let target = inputs.first(where: { $0.value == node.inputs[at] })
      else { continue }
      return (prediction, target.name.value)
    }
    return nil
  }

  /// The metrics with what they read; a value they read becomes a result of the model if it is none yet.
  mutating func elaborateMetrics(
    _ scope: Scope, _ lossInputs: (prediction: String, target: String)?
  ) -> [MetricDescription] {
    var metrics: [MetricDescription] = []
    let lossInputs = lossInputs ?? classifier(scope)
    for metric in spec.metrics {
      let name = metric.name.value
      // A fact of the training, not of predictions.
      if name == "separation" { continue }
      var prediction = lossInputs?.prediction
      var target = lossInputs?.target
      if let given = metric.clustering?.features ?? metric.prediction {
        guard lookUp(given, scope) != nil else { continue }
        prediction = given.value
      }
      if let given = metric.target {
        guard inputs.contains(where: { $0.name.value == given.value }) else {
          let near = suggestion(for: given.value, among: inputs.map(\.name.value))
          problems.report(
            .spec.unknownName, "there is no input '\(given.value)'", at: given.span,
            meant: near)
          isBroken = true
          continue
        }
        target = given.value
      }
      guard let prediction, let target else {
        if isBroken || problems.errorCount > 0 { continue }
        isBroken = true
        problems.report(
          .spec.missingParameter,
          "'\(name)' has nothing to compare: the model has no loss with a prediction and a target",
          at: metric.name.span, help: "write '\(name): { prediction: NAME, target: INPUT }'")
        continue
      }
      guard let value = scope.bindings[prediction]?.value else { continue }
      guard isFit(metric.name, value, target, scope) else { continue }
      if !builder.function.results.contains(where: { $0.name == prediction }) { builder.result(prediction, value) }
      guard let clustering = clustering(metric, target, scope) else { continue }
      metrics.append(
        MetricDescription(name: name, prediction: prediction, target: target, clustering: clustering.description))
    }
    return metrics
  }

  /// How a metric counts clusters, for the classes of its target; nil, with a report, for classes that do not exist.
  private mutating func clustering(
    _ metric: MetricEntry, _ target: String, _ scope: Scope
  ) -> (description: MetricDescription.Clustering?, isGood: Bool)? {
    guard let entry = metric.clustering, let value = scope.bindings[target]?.value else { return (nil, true) }
    let classes = builder.type(value).space.sizes.first ?? 0
    if let wrong = entry.old.first(where: { !(0..<classes).contains($0.value) }) {
      isBroken = true
      problems.report(
        .spec.parameterOutOfRange,
        "'old' names class \(wrong.value), but '\(target)' has the classes 0...\(classes - 1)",
        at: wrong.span)
      return nil
    }
    return (entry.description(classes: classes), true)
  }

  /// Whether a metric can compare these two; reports when it cannot.
  private mutating func isFit(_ name: Located<String>, _ value: Value, _ target: String, _ scope: Scope) -> Bool {
    guard let other = scope.bindings[target]?.value else { return false }
    let isClass = registry.spaces[builder.type(other).space.name]?.isIndex == true
    if (name.value != "mse") == isClass { return true }
    isBroken = true
    let wanted = name.value == "mse" ? "numbers" : "class labels"
    problems.report(
      .spec.missingParameter,
      "'\(name.value)' compares \(wanted), but '\(target)' is \(builder.type(other).shown)",
      at: name.span)
    return false
  }
}

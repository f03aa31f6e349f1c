import GeocIR

/// A rule made for hidden matrices on the last layer, or on an embedding, whose rows are steps of their own: those who
/// proposed such rules leave both to Adam.
enum MatrixRuleOnHead: Lint {
  static func check(_ model: LintedModel, _ problems: inout Problems) {
    guard let optimizer = model.optimizer else { return }
    var told: Set<String> = []
    let heads = model.nodes.filter(\.isLoss).flatMap { $0.inputs }.compactMap { head(of: $0, model) }
    for (node, part) in heads.map({ ($0, "the head") })
      + model.nodes.filter({ $0.op == "embedding" }).map({ ($0, "an embedding") })
    {
      let matrix = weights(of: node, model).first { weight in
        model.registry.spaces.shape(model.function.type(weight.value)).count > 1
          && model.registry.optimizers[optimizer.rule(for: weight.name)]?.isForHiddenMatrices == true
      }
      guard let matrix, told.insert(matrix.name).inserted else { continue }
      problems.report(
        .lint.matrixRuleOnHead, "'\(optimizer.rule(for: matrix.name))' steps '\(matrix.name)', the weight of \(part)",
        at: node.span,
        help: "leave it to Adam: 'groups: [{ match: \"\(node.path).*\", optimizer: { adam: { lr: 0.001 } } }]'")
    }
  }

  private static func weights(of node: ElaboratedNode, _ model: LintedModel) -> [Parameter] {
    model.function.parameters.filter { $0.kind == .param && $0.name.hasPrefix(node.path + ".") }
  }

  /// The last layer, a node with inputs and weights of its own, that a value comes from.
  private static func head(of value: Value, _ model: LintedModel) -> ElaboratedNode? {
    var current = model.maker(value)
    while let node = current {
      if !node.inputs.isEmpty, !weights(of: node, model).isEmpty { return node }
      current = node.inputs.first.flatMap(model.maker)
    }
    return nil
  }
}

import GeocDiagnostics
import GeocIR
import GeocYAML

/// A check for models that are well typed and still look like a mistake. Each is one small type in a file of its own.
protocol Lint: Sendable {
  /// Reports what it finds as warnings.
  static func check(_ model: LintedModel, _ problems: inout Problems)
}

/// What a lint sees.
struct LintedModel {
  let spec: Spec
  let registry: OpRegistry
  /// Nodes in order.
  let nodes: [ElaboratedNode]
  /// What made each value.
  let makers: [Value: Maker]
  /// The function that the values belong to.
  let function: Function
  /// Inputs of the model.
  let inputs: [(name: Located<String>, value: Value)]
  /// Blocks that are called.
  let calledBlocks: Set<String>
  /// Parameters of blocks that are read, as `block.parameter`.
  let readParameters: Set<String>
  let data: DataDescription?
  let training: TrainingDescription?
  let optimizer: OptimizerDescription?

  /// The node that made a value; nil for inputs.
  func maker(_ value: Value) -> ElaboratedNode? {
    if case .node(let index)? = makers[value] { nodes[index] } else { nil }
  }
}

/// All lints.
enum Lints {
  static let all: [any Lint.Type] = [
    UnusedNode.self, UnusedInput.self, UnusedBlock.self, UnusedBlockParameter.self, UnusedDim.self, FewSamples.self,
    DoubleSoftmax.self, SmallBatch.self,
    UnscaledBatchNorm.self, DecayOnCompact.self, StraightStep.self, MatrixRuleOnHead.self, ReadsBasis.self,
    BoundedLogits.self, ConstantOutput.self,
  ]
}

extension Lint {
  /// The name and the parameters of the optimizer, where they are written as a mapping.
  static func optimizerNode(_ model: LintedModel) -> (key: YAMLNode, value: YAMLNode)? {
    let optimizer = model.spec.train?.value.entries?.first { $0.key.text == "optimizer" }?.value
    return optimizer?.entries?.first.map { ($0.key, $0.value) }
  }

  /// Where the name of the optimizer is written.
  static func optimizerSpan(_ model: LintedModel) -> Span? { optimizerNode(model)?.key.span }
}

/// Codes of range E01: keys, names, parameters and blocks of a spec.
package struct SpecCodes: Sendable {
  /// The span is the mapping that lacks it.
  package let missingKey = DiagnosticCode("E0101", "missing-key", "a required key is missing")
  /// The span is the key; a suggestion where one is close.
  package let unknownKey = DiagnosticCode("E0102", "unknown-key", "a mapping has a key the language does not know")
  /// Text where a number, or a list where a mapping is wanted.
  package let wrongKind = DiagnosticCode("E0103", "wrong-kind", "a value is of the wrong kind")
  /// The span is the op's name.
  package let unknownOp = DiagnosticCode("E0104", "unknown-op", "a node names no op and no block")
  /// The span is the parameter's name.
  package let unknownParameter = DiagnosticCode("E0105", "unknown-parameter", "an op has no such parameter")
  /// The span is the op's name.
  package let missingParameter = DiagnosticCode("E0106", "missing-parameter", "an op lacks a required parameter")
  /// The span is the parameter's value.
  package let parameterOutOfRange = DiagnosticCode(
    "E0107", "parameter-out-of-range", "a parameter is outside its range")
  /// For example an estimator or a metric's name.
  package let unknownChoice = DiagnosticCode("E0108", "unknown-choice", "a value is none of the allowed words")
  /// `from`, `outputs`, `bind` or `logits` naming nothing above.
  package let unknownName = DiagnosticCode("E0109", "unknown-name", "a name stands for no value")
  /// The primary span is the second, a label shows the first.
  package let duplicateName = DiagnosticCode("E0110", "duplicate-name", "two values have the same name")
  /// Names are made of a-z, 0-9, `-` and `_`.
  package let badIdentifier = DiagnosticCode("E0111", "bad-identifier", "a name is not an identifier")
  /// The span is the value of `geoc`.
  package let badVersion = DiagnosticCode("E0112", "bad-version", "the language version is not known")
  /// The span is the name within the type or parameter.
  package let unknownDim = DiagnosticCode("E0113", "unknown-dim", "a size names no entry of 'dims'")
  /// The span is the list.
  package let emptyGraph = DiagnosticCode("E0114", "empty-graph", "a graph has no nodes")
  /// No op key, or several.
  package let badNode = DiagnosticCode("E0115", "bad-node", "a node does not name exactly one op")
  /// Labels show the chain of calls.
  package let recursiveBlock = DiagnosticCode("E0117", "recursive-block", "a block calls itself")
  /// The span is the `$name`.
  package let unknownBlockParameter = DiagnosticCode(
    "E0118", "unknown-block-parameter", "a '$name' is no parameter of its block")
  /// The span is the entry that closes the cycle.
  package let includeCycle = DiagnosticCode("E0119", "include-cycle", "files include each other")
  /// It is missing, or outside the language.
  package let includeFailed = DiagnosticCode("E0120", "include-failed", "an included file cannot be used")
  /// The span is the count.
  package let badRepeat = DiagnosticCode(
    "E0121", "bad-repeat", "'repeat' is not a positive integer, or changes the type")
  /// The span is the name.
  package let unknownMetric = DiagnosticCode("E0123", "unknown-metric", "a metric is not known")
  /// The span is the name.
  package let unknownOptimizer = DiagnosticCode("E0124", "unknown-optimizer", "the optimizer is not known")
  /// Milestones out of order, a negative length, an unknown shape.
  package let badSchedule = DiagnosticCode("E0125", "bad-schedule", "a schedule is invalid")
  /// Both `epochs` and `steps`, a batch of zero, and the like.
  package let badTrain = DiagnosticCode("E0126", "bad-train", "the training section contradicts itself")
  /// The span is the name pattern.
  package let badGroup = DiagnosticCode("E0127", "bad-parameter-group", "a parameter group matches nothing")
  /// The span is the mapping under `split`.
  package let badSplit = DiagnosticCode("E0128", "bad-split", "the split is not a known form")
  /// In `passes`, or on the command line.
  package let unknownPass = DiagnosticCode("E0130", "unknown-pass", "a pass is not known")
  /// The span is the claim.
  package let unknownClaim = DiagnosticCode("E0131", "unknown-claim", "a claim is not known")
  /// The label shows the first op that breaks it.
  package let claimFails = DiagnosticCode("E0132", "claim-fails", "a claim does not hold")
  /// The spec has `train` and no `loss`.
  package let missingLoss = DiagnosticCode("E0133", "missing-loss", "training needs a loss")
  /// Too many nodes after blocks and repeats, or a size that overflows.
  package let tooLargeModel = DiagnosticCode("E0135", "model-too-large", "the expanded model is beyond the limits")
  /// The span is the key.
  package let notSupported = DiagnosticCode(
    "E0137", "not-supported", "a key of the language that this version does not act on")
  /// Or nothing to choose by, or no rows to score on.
  package let badSweep = DiagnosticCode("E0138", "bad-sweep", "a sweep has no settings to choose from")
}

/// What is written about an op, on its page and in error messages.
package struct OpDoc: Sendable {
  /// Family: `dense`, `spd`, `loss`, `core`.
  package var family: String
  /// One sentence.
  package var summary: String
  /// The definition.
  package var formula: String
  /// The gradient in closed form; empty where it follows from the body.
  package var backward: String
  /// Paper or library that defines it.
  package var source: String
  /// Parameter → what it means.
  package var parameters: [String: String]
  /// A node as a user writes it.
  package var example: String
  /// What the op leaves unchanged: `bimap(g x gᵀ, g w) = bimap(x, w) for g in O(n)`.
  package var invariances: [String]
  /// Why the result is of another kind than the input, a clause for type errors: `the logarithm leaves the manifold`.
  package var effect: String

  /// All parts; those that do not apply may be left out.
  package init(
    family: String, summary: String, formula: String = "", backward: String = "", source: String = "",
    parameters: [String: String] = [:], example: String = "", invariances: [String] = [], effect: String = ""
  ) {
    self.family = family
    self.summary = summary
    self.formula = formula
    self.backward = backward
    self.source = source
    self.parameters = parameters
    self.example = example
    self.invariances = invariances
    self.effect = effect
  }
}

/// Facts about an op that passes use.
package struct OpTraits: OptionSet, Hashable, Sendable {
  /// One bit for each fact.
  package let rawValue: UInt32

  /// The facts whose bits are set.
  package init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Behaves differently in training and evaluation: nodes carry `mode = train` or `mode = eval`.
  package static let mode = OpTraits(rawValue: 1 << 0)
  /// Result is one number per sample to be minimised.
  package static let loss = OpTraits(rawValue: 1 << 1)
  /// Leads from one space to another and may be suggested in a type error.
  package static let converter = OpTraits(rawValue: 1 << 2)
  /// Depends on the random number generator: two equal nodes are not merged.
  package static let random = OpTraits(rawValue: 1 << 3)
  /// The only result has the storage of the first input: no work at run time.
  package static let alias = OpTraits(rawValue: 1 << 4)
  /// Each result may overwrite an input of the same size.
  package static let inPlace = OpTraits(rawValue: 1 << 5)
  /// Each result element depends on the same element of the inputs only.
  package static let elementwise = OpTraits(rawValue: 1 << 6)
  /// Sees the whole batch.
  package static let seesBatch = OpTraits(rawValue: 1 << 7)
  /// Its results are constants for the backward.
  package static let constant = OpTraits(rawValue: 1 << 8)
  /// Its body is put in its place before maps are fused, so that maps inside it meet those around it.
  package static let transparent = OpTraits(rawValue: 1 << 9)
  /// Its `vjp` is a rule of calculus, not a closed form beside a body: differentiation never goes into the body.
  package static let primitive = OpTraits(rawValue: 1 << 10)
  /// Reads the array that stands for a point of a quotient, of which another would do as well.
  package static let representative = OpTraits(rawValue: 1 << 11)
  /// A nonlinearity between layers, applied to every element by itself.
  package static let activation = OpTraits(rawValue: 1 << 12)
  /// Linear in its first input and in its weight `weight`; `bias: true` adds a weight `bias` to every feature.
  package static let affine = OpTraits(rawValue: 1 << 13)
  /// Gives its first input mean 0 and variance 1, or a root mean square of 1, and then scales and shifts features by the
  /// weights `weight` and `bias`, where it has them.
  package static let normalization = OpTraits(rawValue: 1 << 14)
  /// Features run along the first axis of an item, not along the last.
  package static let channelsFirst = OpTraits(rawValue: 1 << 15)
  /// A loss that knows its backward for normalised and for infinite steps: attributes `normalize` and `steps`.
  package static let largeSteps = OpTraits(rawValue: 1 << 16)
}

/// A kernel and its fixed arguments.
package struct KernelRequest: Hashable, Sendable {
  /// Name in the kernel table.
  package var kernel: String
  /// Integer arguments as the kernel documents them.
  package var sizes: [Int]
  /// Real arguments as the kernel documents them.
  package var reals: [Double]
  /// Whether batched inputs are summed into an unbatched result: the kernel writes a partial sum per chunk.
  package var reducesBatch: Bool
  /// Whether the results depend on the seed and the step of a run, so that no run may reuse those of another.
  package var isRandom: Bool
  /// Inputs, by position, of which the kernel reads every item for each chunk of its results: it gets the first group of
  /// the whole batch in place of that of the chunk.
  package var wholeBatch: [Int]
  /// Whether the kernel is called once for the batch, when all items of its inputs are there: it gets their first groups
  /// and the number of items, and its results are unbatched.
  package var gathersBatch: Bool
  /// Inputs, by position, that the kernel can read from the rows of a data set as well as from lanes.
  package var rows: [Int]
  /// Whether the kernel also works where all its batched inputs are rows of a data set, and all its results rows of those
  /// of the function.
  package var maySkipLanes: Bool

  /// A request by its parts.
  package init(
    _ kernel: String, sizes: [Int] = [], reals: [Double] = [], reducesBatch: Bool = false, isRandom: Bool = false,
    wholeBatch: [Int] = [], gathersBatch: Bool = false, rows: [Int] = [], maySkipLanes: Bool = false
  ) {
    self.kernel = kernel
    self.sizes = sizes
    self.reals = reals
    self.reducesBatch = reducesBatch
    self.isRandom = isRandom
    self.wholeBatch = wholeBatch
    self.gathersBatch = gathersBatch
    self.rows = rows
    self.maySkipLanes = maySkipLanes
  }
}

/// A mistake of the compiler itself: never a user's.
package struct InternalError: Error, Sendable, CustomStringConvertible {
  /// What went wrong, and where.
  package var description: String

  /// A mistake with a description.
  package init(_ description: String) { self.description = description }
}

/// A node in a simpler form.
package struct Simplification: Sendable {
  /// What stands for its results.
  package var values: [Value]
  /// The identity behind it: `−((−x) ⊕ (−y)) = x ⊕ y`.
  package var identity: String

  /// A form by its parts.
  package init(_ values: [Value], _ identity: String) {
    self.values = values
    self.identity = identity
  }
}

/// A node as its op sees it.
package struct OpContext: Sendable {
  /// Parameters, complete with defaults.
  package let attributes: Attributes
  /// Data inputs, weights, states.
  package let inputs: [Value]
  /// Their types.
  package let inputTypes: [GeoType]
  /// The signature that names them.
  package let signature: Signature
  /// Results of the node; empty while the body is being built for the first time.
  package let results: [Value]
  /// Types of the results.
  package let resultTypes: [GeoType]
  /// Declared spaces.
  package let spaces: SpaceTable

  /// A context by its parts.
  package init(
    attributes: Attributes, signature: Signature, inputs: [Value], inputTypes: [GeoType], results: [Value],
    resultTypes: [GeoType], spaces: SpaceTable
  ) {
    self.attributes = attributes
    self.inputs = inputs
    self.inputTypes = inputTypes
    self.signature = signature
    self.results = results
    self.resultTypes = resultTypes
    self.spaces = spaces
  }

  /// The same node on other values of the same types.
  package func on(_ inputs: [Value], results: [Value], resultTypes: [GeoType]? = nil) -> OpContext {
    OpContext(
      attributes: attributes, signature: signature, inputs: inputs, inputTypes: inputTypes, results: results,
      resultTypes: resultTypes ?? self.resultTypes, spaces: spaces)
  }

  /// Operand names of the inputs; variadic inputs repeat the name.
  package var inputNames: [String] { signature.operandNames(inputs.count, attributes) }

  /// Whether an operand is there (a conditional weight may not be).
  package func has(_ name: String) -> Bool { index(name) != nil }

  /// An operand by name. Throws `InternalError` when the signature has no such operand.
  package func value(_ name: String) throws -> Value {
    guard let at = index(name) else { throw InternalError("no operand '\(name)'") }
    return inputs[at]
  }

  /// Position of an operand by name.
  package func index(_ name: String) -> Int? { signature.index(of: name, inputs.count, attributes) }

  /// Type of an operand by name.
  package func type(_ name: String) throws -> GeoType {
    guard let at = index(name) else { throw InternalError("no operand '\(name)'") }
    return inputTypes[at]
  }

  /// Storage shape of an operand, by name.
  package func shape(_ name: String) throws -> [Int] { spaces.shape(try type(name)) }

  /// Storage shape of input `k`.
  package func inputShape(_ k: Int) -> [Int] { spaces.shape(inputTypes[k]) }

  /// Storage shape of result `k`.
  package func resultShape(_ k: Int) -> [Int] { spaces.shape(resultTypes[k]) }

  /// Whether the node runs in training mode.
  package var isTraining: Bool { attributes.name("mode", "eval") == "train" }
}

/// An operation: its signature, meaning, backward and lowering, all in one file.
package protocol Op: Sendable {
  /// Name in specs and IR.
  static var name: String { get }
  /// Its page.
  static var doc: OpDoc { get }
  /// Operands, parameters, results.
  static var signature: Signature { get }
  /// Facts for passes.
  static var traits: OpTraits { get }
  /// Whether users may write it in a spec.
  static var isPublic: Bool { get }

  /// Result types (new states last). The default follows the signature. It sees only what the call holds, and the values
  /// in it only as base points. Throws `TypeProblem`.
  static func infer(_ call: TypeCall) throws -> [GeoType]
  /// Weights and states that exist, with their types and initialisers. The default follows the signature; an op whose
  /// weights depend on more than sizes overrides it. Throws `TypeProblem`.
  static func weights(_ call: TypeCall) throws -> [TypedOperand]
  /// The op in simpler ops; one value per result. Nil for a core op.
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]?
  /// A core op in simpler ones, one value per result: what its closed-form backward is checked against, and what is
  /// differentiated where hand-written backwards are off. Nil where there is nothing simpler.
  static func definition(_ b: inout Builder, _ c: OpContext) throws -> [Value]?
  /// An equal form of a layer whose maps at the border can meet those around it; exact for every input. Nil for none.
  static func rewritten(_ b: inout Builder, _ c: OpContext) throws -> [Value]?
  /// A simpler form of the node where those that made its inputs admit one, exact for every input; nil for none.
  static func simplified(_ b: inout Builder, _ c: OpContext, _ maker: (Value) -> Node?) throws -> Simplification?
  /// Whether the op reads only the directions of its rows, so that maps along rays in front of it change nothing.
  static func readsDirections(_ attributes: Attributes) -> Bool
  /// Cotangents of the inputs from those of the results (nil where a result is unused), nil entries where an input has
  /// no gradient. A cotangent may be batched or carry mapped axes where its input does not: the caller sums it. Nil
  /// altogether to differentiate the body.
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]?
  /// The kernel of a core op; nil for a layer op or an alias. It sees attributes and types of the node only.
  static func kernel(_ c: OpContext) throws -> KernelRequest?
  /// Whether an input follows from the results, the other inputs and the weights. The default knows aliases and spectral
  /// functions.
  static func recovery(of input: Int, _ c: OpContext) -> Recovery
  /// The op as a spectral function of its first input, where it is one.
  static func spectral(_ attributes: Attributes) -> SpectralFunction?
  /// How the states are estimated from all training rows; nil where they are not. The node is one of a model.
  static func fit(_ c: OpContext) throws -> FitRule?
  /// The operator of ONNX that computes the same of the same inputs, batch first; nil where there is none.
  static func onnx(_ c: OpContext) -> ONNXForm?
  /// A loss of classes: how clearly each sample is classified, one number, positive where it is. Nil for other losses.
  static func margin(_ b: inout Builder, _ c: OpContext) throws -> Value?
  /// Attributes of the node that gives only the results at the positions `results`; nil where that saves nothing.
  static func narrowed(_ attributes: Attributes, to results: [Int]) -> Attributes?
  /// Floating-point operations for one item (a core op). It sees what `kernel` sees.
  static func flops(_ c: OpContext) -> Int
  /// Mean and variance of the results at initialisation from those of the inputs; nil where nothing is known.
  static func moments(_ c: MomentContext) throws -> MomentTransfer?
  /// The mean and variance that the op gives back where Gaussian values have them; nil where there is no such point.
  static func fixedPoint(_ attributes: Attributes) -> Moments?
}

extension Op {
  package static var traits: OpTraits { [] }
  package static var isPublic: Bool { true }
  package static func infer(_ call: TypeCall) throws -> [GeoType] { try call.inferred(signature).results }
  package static func weights(_ call: TypeCall) throws -> [TypedOperand] { try call.inferred(signature).weights }
  package static func onnx(_ c: OpContext) -> ONNXForm? { nil }
  package static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? { nil }
  package static func definition(_ b: inout Builder, _ c: OpContext) throws -> [Value]? { nil }
  package static func rewritten(_ b: inout Builder, _ c: OpContext) throws -> [Value]? { nil }
  package static func simplified(
    _ b: inout Builder, _ c: OpContext, _ maker: (Value) -> Node?
  ) throws -> Simplification? { nil }
  package static func readsDirections(_ attributes: Attributes) -> Bool { false }
  package static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? { nil }
  package static func kernel(_ c: OpContext) throws -> KernelRequest? { nil }
  package static func spectral(_ attributes: Attributes) -> SpectralFunction? { nil }
  package static func fit(_ c: OpContext) throws -> FitRule? { nil }
  package static func margin(_ b: inout Builder, _ c: OpContext) throws -> Value? { nil }
  package static func narrowed(_ attributes: Attributes, to results: [Int]) -> Attributes? { nil }
  package static func flops(_ c: OpContext) -> Int { 0 }
  package static func moments(_ c: MomentContext) throws -> MomentTransfer? { nil }
  package static func fixedPoint(_ attributes: Attributes) -> Moments? { nil }
}

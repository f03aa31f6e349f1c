import GeocIR

/// Assembles what stands for the Hessian of a sum of losses, J the derivatives of the input of a loss by the weights and S
/// its second derivatives: Σ c JᵀSJ over terms and samples.
///
/// Behind a layer that is linear in its weights (a generalised linear model), JᵀSJ is S ⊗ a aᵀ for the data a, one product
/// summed over the batch for each pair of weights; behind anything else J is pulled back row by row.
struct HessianAssembly {
  let terms: LossTerms
  let layout: ParameterLayout
  let form: HessianForm
  let options: PassOptions
  /// Values of `terms.function` in the new function.
  let map: ValueMap
  /// Sums of whole matrices.
  private var full: Value?
  /// Sums of blocks, by positions of weights.
  private var blocks: [[Int]: Value] = [:]

  init(
    _ terms: LossTerms, _ layout: ParameterLayout, _ form: HessianForm, _ options: PassOptions, _ map: ValueMap
  ) {
    self.terms = terms
    self.layout = layout
    self.form = form
    self.options = options
    self.map = map
  }

  var registry: OpRegistry { options.registry }

  /// Whether every term but penalties is linear in weights, so that no second derivative of layers is left out.
  var isLinear: Bool {
    terms.terms.allSatisfy { term in
      if case .general = terms.inner(term.node.inputs[0], registry) { return false }
      return true
    }
  }

  /// The matrix [d, d]. Throws `RewriteProblem` for a loss without this form.
  mutating func hessian(_ b: inout Builder) throws -> SearchHessian {
    if let lowRank = try lowRank(&b) { return lowRank }
    for term in terms.terms {
      let size = elements(term)
      switch try curvature(term, &b) {
      case .multiple(let scale):
        let s = try b.expression("\(scale) * x0", [term.coefficient])
        if case .weight(let name) = terms.inner(term.node.inputs[0], registry), let k = position(name) {
          try add(try b.expression("x0 * x1", [try b.unitMatrix(size), s]), to: [k, k], &b)
        } else {
          try add(try b.expression("x0 * x1", [try b.unitMatrix(size), s]), of: term, &b)
        }
      case .weighted(let factors, let weights):
        let s = try matrix(factors, weights, &b)
        try add(try b.expression("x0 * x1", [s, term.coefficient]), of: term, &b)
      case .outer(let factor, let scale):
        let column = try b.one("reshape", [factor], ["shape": .ints([size, 1])])
        let row = try b.one("reshape", [factor], ["shape": .ints([1, size])])
        let weight = try b.expression("x0 * x1", [scale, term.coefficient])
        try add(try b.expression("x0 * x1 * x2", [column, row, weight]), of: term, &b)
      }
    }
    return .matrix(try assembled(&b))
  }

  /// The Gram matrix Σ JᵀJ of the data, penalties left out.
  mutating func gram(_ b: inout Builder) throws -> Value {
    for term in terms.terms {
      if case .weight = terms.inner(term.node.inputs[0], registry) { continue }
      try add(try b.unitMatrix(elements(term)), of: term, &b)
    }
    return try assembled(&b)
  }

  func elements(_ term: LossTerms.Term) -> Int {
    registry.spaces.shape(terms.function.type(term.node.inputs[0])).reduce(1, *)
  }

  func position(_ name: String) -> Int? { layout.pieces.firstIndex { $0.name == name } }

  private func context(_ node: Node) throws -> OpContext {
    let old = try registry.context(node, in: terms.function)
    let inputs = try node.inputs.map { value -> Value in
      guard let new = map[value] else { throw InternalError("a value that was removed is read") }
      return new
    }
    return old.on(inputs, results: [], resultTypes: [])
  }

  /// What stands for the second derivatives of a term in its input. Throws `RewriteProblem` where it has no such form.
  func curvature(_ term: LossTerms.Term, _ b: inout Builder) throws -> SecondDerivatives {
    b.origin = term.node.origin.by(SearchFunctions.pass)
    guard let op = registry[term.node.op] as? any CurvedLoss.Type,
      let found = try op.curvature(&b, try context(term.node), form)
    else {
      throw RewriteProblem(
        "'\(term.node.op)' has no second derivatives of the form '\(form.rawValue)' for the optimizer",
        origin: term.node.origin, help: "use another 'hessian', such as 'exact'")
    }
    return found
  }

  /// One unbatched term of fewer rows than weights, with penalties of the only weight.
  private func lowRank(_ b: inout Builder) throws -> SearchHessian? {
    var found: (term: LossTerms.Term, curvature: SecondDerivatives)?
    var shift = try b.one("fill", [], ["shape": .ints([]), "value": .real(0)])
    for term in terms.terms {
      let curvature = try curvature(term, &b)
      switch (terms.inner(term.node.inputs[0], registry), curvature) {
      case (.weight(let name), .multiple(let scale)) where layout.pieces.map(\.name) == [name]:
        shift = try b.expression("x0 + \(scale) * x1", [shift, term.coefficient])
      case (.general, _) where found == nil && !terms.function.type(term.node.inputs[0]).isBatched:
        found = (term, curvature)
      default: return nil
      }
    }
    guard let (term, curvature) = found else { return nil }
    let pullback = try Pullback(terms.function, of: term.node.inputs[0], perItem: false, options)
    let (m, rows, weights): (Int, Value, Value)
    switch curvature {
    case .outer(let factor, let scale):
      m = 1
      let row = try pullback.vector(&b, layout, cotangent: factor)
      rows = try b.one("reshape", [row], ["shape": .ints([1, layout.count])])
      weights = try b.one("reshape", [scale], ["shape": .ints([1, 1])])
    case .weighted(let factors, let own):
      m = elements(term)
      rows = try jacobian(pullback, term, &b)
      weights = try matrix(factors, own, &b)
    case .multiple(let scale):
      m = elements(term)
      rows = try jacobian(pullback, term, &b)
      weights = try b.expression("\(scale) * x0", [try b.unitMatrix(m)])
    }
    guard m < layout.count else { return nil }
    return .lowRank(rows: rows, weights: try b.expression("x0 * x1", [weights, term.coefficient]), shift: shift)
  }

  /// The derivatives of the input of a term by the weights, [m, d], one backward for each row.
  func jacobian(_ pullback: Pullback, _ term: LossTerms.Term, _ b: inout Builder) throws -> Value {
    let m = elements(term)
    let shape = registry.spaces.shape(terms.function.type(term.node.inputs[0]))
    let rows = try (0..<m).map { k -> Value in
      let unit = try b.one("reshape", [try ParameterLayout.unit(&b, k, of: m)], ["shape": .ints(shape)])
      let row = try pullback.vector(&b, layout, cotangent: unit)
      return try b.one("reshape", [row], ["shape": .ints([1, layout.count])])
    }
    return rows.count == 1 ? rows[0] : try b.one("concat", rows, ["axis": .int(0)])
  }

  /// Adds JᵀSJ of a term, summed over the batch; S is [m, m].
  private mutating func add(_ s: Value, of term: LossTerms.Term, _ b: inout Builder) throws {
    b.origin = term.node.origin.by(SearchFunctions.pass)
    switch terms.inner(term.node.inputs[0], registry) {
    case .weight(let name):
      guard let k = position(name) else { throw InternalError("no weight '\(name)'") }
      try add(try summed(s, term, &b), to: [k, k], &b)
    case .linear(let node): try addLinear(s, node, term, &b)
    case .general:
      let isBatched = terms.function.type(term.node.inputs[0]).isBatched
      let pullback = try Pullback(terms.function, of: term.node.inputs[0], perItem: isBatched, options)
      let jacobian = try jacobian(pullback, term, &b)
      let right = try b.one("matmul", [s, jacobian], ["ta": .bool(false), "tb": .bool(false)])
      let product = try b.one("matmul", [jacobian, right], ["ta": .bool(true), "tb": .bool(false)])
      let sum = try summed(product, term, &b)
      full = try full.map { try b.expression("x0 + x1", [$0, sum]) } ?? sum
    }
  }

  /// Fᵀ diag(w) F.
  private func matrix(_ factors: Value?, _ weights: Value, _ b: inout Builder) throws -> Value {
    guard let factors else { return try b.one("diagonal_matrix", [weights]) }
    let column = try b.one("reshape", [weights], ["shape": .ints([b.shape(weights)[0], 1])])
    let right = try b.expression("x0 * x1", [factors, column])
    return try b.one("matmul", [factors, right], ["ta": .bool(true), "tb": .bool(false)])
  }

  /// A weight of a linear layer by its place among all weights, with its factor [rows, columns].
  typealias PlacedFactor = (position: Int, rows: Int, columns: Int, value: Value)

  /// The weights of a linear layer with their factors.
  func factors(_ node: Node, _ b: inout Builder) throws -> [PlacedFactor] {
    guard let layer = registry[node.op] as? any LinearInWeights.Type else { throw InternalError("no linear layer") }
    let context = try context(node)
    return try layer.factors(&b, context).map { factor in
      guard let at = context.inputs.firstIndex(of: factor.weight),
        let name = terms.function.parameters.first(where: { $0.value == node.inputs[at] })?.name, let k = position(name)
      else { throw InternalError("a weight of '\(node.op)' is no parameter") }
      let shape = b.shape(factor.factor)
      return (k, shape[0], shape[1], factor.factor)
    }
  }

  /// S ⊗ a aᵀ for every pair of weights of a layer.
  private mutating func addLinear(_ s: Value, _ node: Node, _ term: LossTerms.Term, _ b: inout Builder) throws {
    let named = try factors(node, &b)
    guard let rows = named.first?.rows else { return }
    let outputs = elements(term) / rows
    // Of one item: second derivatives by [row, output, row, output], the outputs in front.
    let apart = try b.one("reshape", [s], ["shape": .ints([rows, outputs, rows, outputs])])
    let inner = try b.one("permute", [apart], ["order": .ints([1, 3, 0, 2])])
    for (i, p) in named.enumerated() {
      for q in named[i...] {
        let left = try b.one("matmul", [p.value, inner], ["ta": .bool(true), "tb": .bool(false)])
        let product = try b.one("matmul", [left, q.value], ["ta": .bool(false), "tb": .bool(false)])
        let sum = try summed(product, term, &b)
        let ordered = try b.one("permute", [sum], ["order": .ints([0, 2, 1, 3])])
        let block = try b.one(
          "reshape", [ordered], ["shape": .ints([outputs * p.columns, outputs * q.columns])])
        try add(block, to: [p.position, q.position], &b)
      }
    }
  }

  /// The sum over the batch, where there is one.
  private func summed(_ x: Value, _ term: LossTerms.Term, _ b: inout Builder) throws -> Value {
    if b.type(x).isBatched { return try b.one("batch_sum", [x]) }
    guard terms.function.type(term.node.inputs[0]).isBatched else { return x }
    return try b.expression("x0 * x1", [x, try b.one("batch_size", [])])
  }

  private mutating func add(_ block: Value, to place: [Int], _ b: inout Builder) throws {
    let (value, key) = place[0] <= place[1] ? (block, place) : (try b.one("transpose", [block]), [place[1], place[0]])
    blocks[key] = try blocks[key].map { try b.expression("x0 + x1", [$0, value]) } ?? value
  }

  /// The blocks put together, and the whole matrices added; symmetric to the last bit.
  private mutating func assembled(_ b: inout Builder) throws -> Value {
    b.origin = Origin(pass: SearchFunctions.pass)
    var total = full
    if !blocks.isEmpty || full == nil {
      let rows = try layout.pieces.indices.map { i -> Value in
        let parts = try layout.pieces.indices.map { j -> Value in
          if let block = blocks[[min(i, j), max(i, j)]] {
            return i <= j ? block : try b.one("transpose", [block])
          }
          let shape = [layout.pieces[i].size, layout.pieces[j].size]
          return try b.one("fill", [], ["shape": .ints(shape), "value": .real(0)])
        }
        return parts.count == 1 ? parts[0] : try b.one("concat", parts, ["axis": .int(1)])
      }
      let whole = rows.count == 1 ? rows[0] : try b.one("concat", rows, ["axis": .int(0)])
      total = try total.map { try b.expression("x0 + x1", [$0, whole]) } ?? whole
    }
    full = nil
    blocks = [:]
    guard let total else { throw InternalError("no Hessian") }
    return try b.one("sym", [total])
  }
}

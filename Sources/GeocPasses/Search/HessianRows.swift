import GeocIR

/// The Hessian by the rows that the samples add to it, for data with fewer rows than weights: diag(c) + Σ RᵀWR.
extension HessianAssembly {
  /// The rows of all terms of a sample, [B] [r, d], with their weights. Nil where a term has no batch but is no squared
  /// length of a weight, which alone is diagonal. Throws `RewriteProblem` for a loss without this form.
  func rows(_ b: inout Builder) throws -> SearchHessian? {
    var rows: [Value] = []
    var weights: [Value] = []
    var diagonal = [Value?](repeating: nil, count: layout.pieces.count)
    for term in terms.terms {
      let found = try curvature(term, &b)
      let inner = terms.inner(term.node.inputs[0], registry)
      if case .weight(let name) = inner {
        guard case .multiple(let scale) = found, let k = position(name) else { return nil }
        let own = try b.expression("\(scale) * x0", [term.coefficient])
        diagonal[k] = try diagonal[k].map { try b.expression("x0 + x1", [$0, own]) } ?? own
        continue
      }
      guard terms.function.type(term.node.inputs[0]).isBatched else { return nil }
      let (own, weight) = try self.rows(found, inner, term, &b)
      rows.append(own)
      let scaled = try b.expression("x0 * x1", [weight, term.coefficient])
      weights.append(b.type(scaled).isBatched ? scaled : try b.repeated(scaled, asItemsOf: own))
    }
    guard !rows.isEmpty else { return nil }
    b.origin = Origin(pass: SearchFunctions.pass)
    return .rows(
      rows: try joined(rows, 0, &b), weights: try joined(weights, 0, &b),
      diagonal: try joined(
        try zip(layout.pieces, diagonal).map { piece, value in
          let ones = try b.one("fill", [], ["shape": .ints([piece.size]), "value": .real(value == nil ? 0 : 1)])
          return try value.map { try b.expression("x0 * x1", [ones, $0]) } ?? ones
        }, 0, &b))
  }

  private func joined(_ parts: [Value], _ axis: Int, _ b: inout Builder) throws -> Value {
    parts.count == 1 ? parts[0] : try b.one("concat", parts, ["axis": .int(axis)])
  }

  /// The rows of a term and their weights [r]: F J for its factors F, and J alone where they are the identity.
  private func rows(
    _ found: SecondDerivatives, _ inner: LossTerms.Inner, _ term: LossTerms.Term, _ b: inout Builder
  ) throws -> (rows: Value, weights: Value) {
    let m = elements(term)
    let (factors, weights): (Value?, Value)
    switch found {
    case .weighted(let own, let values):
      factors = own
      weights = values
    case .multiple(let scale):
      factors = nil
      weights = try b.one("fill", [], ["shape": .ints([m]), "value": .real(scale)])
    case .outer(let factor, let scale):
      factors = try b.one("reshape", [factor], ["shape": .ints([1, m])])
      weights = try b.one("reshape", [scale], ["shape": .ints([1])])
    }
    if case .linear(let node) = inner { return (try products(factors, m, node, &b), weights) }
    let pullback = try Pullback(terms.function, of: term.node.inputs[0], perItem: true, options)
    if case .outer(let factor, _) = found {
      let row = try pullback.vector(&b, layout, cotangent: factor)
      return (try b.one("reshape", [row], ["shape": .ints([1, layout.count])]), weights)
    }
    let jacobian = try jacobian(pullback, term, &b)
    let product = try factors.map {
      try b.one("matmul", [$0, jacobian], ["ta": .bool(false), "tb": .bool(false)])
    }
    return (product ?? jacobian, weights)
  }

  /// F J behind a layer that is linear in its weights: for each weight F ⊗ a.
  private func products(_ factors: Value?, _ m: Int, _ node: Node, _ b: inout Builder) throws -> Value {
    let named = try self.factors(node, &b)
    let own = try factors ?? b.unitMatrix(m)
    let r = b.shape(own)[0]
    let parts = try layout.pieces.enumerated().map { k, piece -> Value in
      guard let factor = named.first(where: { $0.position == k }) else {
        return try b.one("fill", [], ["shape": .ints([r, piece.size]), "value": .real(0)])
      }
      // The elements of the result are [row, output]; the outputs come to the front, as in the weight.
      let outputs = m / factor.rows
      let apart = try b.one("reshape", [own], ["shape": .ints([r, factor.rows, outputs])])
      let ordered = try b.one("permute", [apart], ["order": .ints([0, 2, 1])])
      let flat = try b.one("reshape", [ordered], ["shape": .ints([r * outputs, factor.rows])])
      let product = try b.one("matmul", [flat, factor.value], ["ta": .bool(false), "tb": .bool(false)])
      return try b.one("reshape", [product], ["shape": .ints([r, outputs * factor.columns])])
    }
    return try joined(parts, 1, &b)
  }
}

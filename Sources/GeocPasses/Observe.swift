import GeocIR

/// The functions that tell how a training goes. `geoc run` calls them once per epoch on few rows, apart from its steps,
/// so that these stay as they are. Their results are named by `ObservedQuantity`.
package enum Observe {
  /// Where the embedding of a model is looked for.
  package struct Head: Hashable, Sendable {
    /// The result that the first metric reads, or the first output.
    package var prediction: String
    /// Whether this result is the embedding itself; otherwise it is what the last node with weights before it reads.
    package var isEmbedding: Bool

    /// A head by its parts.
    package init(prediction: String, isEmbedding: Bool) {
      self.prediction = prediction
      self.isEmbedding = isEmbedding
    }
  }

  /// `forward` with other results: of nodes the eigenvalues or radii of their points and the share that they fold, of
  /// parameters the norm and the distance from the constraint, and what the head reads and gives.
  static func values(_ forward: Function, head: Head?, registry: OpRegistry) throws -> Function {
    var source = forward
    source.results = []
    var rebuilder = Rebuilder(source, registry)
    for node in source.nodes { try rebuilder.copy(node) }
    let map = rebuilder.map
    func named(_ name: String) throws -> Value {
      guard let at = source.names.firstIndex(of: name), let value = map[Value(at)] else {
        throw InternalError("there is no value '\(name)'")
      }
      return value
    }
    for node in source.nodes {
      try observe(node, source, &rebuilder, named)
    }
    for p in source.parameters where p.kind == .param {
      rebuilder.builder.origin = Origin(pass: pass, path: p.name)
      let x = try rebuilder.builder.array(try rebuilder.value(p.value))
      rebuilder.builder.result(ObservedQuantity.parameterNorm.result(p.name), try rebuilder.builder.norm(x))
      let type = source.type(p.value)
      guard !type.isReal, let space = registry.spaces[type.space.name] else { continue }
      do {
        let residual = try space.residual(&rebuilder.builder, x, type.space)
        rebuilder.builder.result(
          ObservedQuantity.residual.result(p.name), try rebuilder.builder.reduced(residual, "max"))
      } catch is SpaceProblem {
        continue
      }
    }
    if let head, let prediction = forward.result(head.prediction) {
      rebuilder.builder.origin = Origin(pass: pass)
      if !head.isEmbedding {
        let value = try rebuilder.builder.array(try rebuilder.value(prediction))
        rebuilder.builder.result(ObservedQuantity.prediction.result(head.prediction), value)
      }
      if let embedding = head.isEmbedding ? prediction : embedding(before: prediction, forward) {
        try show(embedding, source, &rebuilder, named)
      }
    }
    return rebuilder.builder.function
  }

  /// Adds what a node tells.
  private static func observe(
    _ node: Node, _ source: Function, _ rebuilder: inout Rebuilder, _ named: (String) throws -> Value
  ) throws {
    guard let value = node.results.first, source.type(value).isBatched else { return }
    let (name, type) = (source.names[value.index], source.type(value))
    guard !name.isEmpty else { return }
    rebuilder.builder.origin = node.origin.by(pass)
    if let space = rebuilder.builder.registry.spaces[type.space.name] as? any ObservedSpace.Type {
      let x = try rebuilder.builder.array(try rebuilder.value(value))
      if let found = try space.position(&rebuilder.builder, x, type.space, named: named) {
        rebuilder.builder.result(found.quantity.result(name), found.numbers)
      }
    }
    let results = rebuilder.builder.registry[node.op]?.signature.results ?? []
    for (result, value) in zip(results, node.results) where result.name.hasPrefix("folded_") {
      rebuilder.builder.result(
        ObservedQuantity.folded.result("\(name).\(result.name)"), try rebuilder.value(value))
    }
  }

  /// Adds an embedding: its points in the disc where it has two dimensions, else tangent vectors at the origin.
  private static func show(
    _ value: Value, _ source: Function, _ rebuilder: inout Rebuilder, _ named: (String) throws -> Value
  ) throws {
    let type = source.type(value)
    guard type.isBatched, rebuilder.builder.registry.spaces[type.space.name]?.isIndex != true else { return }
    let name = source.names[value.index].isEmpty ? "embedding" : source.names[value.index]
    let x = try rebuilder.builder.array(try rebuilder.value(value))
    guard let space = rebuilder.builder.registry.spaces[type.space.name] as? any ObservedSpace.Type else {
      rebuilder.builder.result(ObservedQuantity.embedding.result(name), x)
      return
    }
    if type.field.isEmpty, let disc = try space.inDisc(&rebuilder.builder, x, type.space, named: named) {
      rebuilder.builder.result(ObservedQuantity.disc.result(name), disc)
    } else {
      let tangent = try space.atOrigin(&rebuilder.builder, x, type.space, named: named)
      rebuilder.builder.result(ObservedQuantity.embedding.result(name), tangent)
    }
  }

  /// What the last node with weights before `value` reads; nil where there is none.
  private static func embedding(before value: Value, _ f: Function) -> Value? {
    let producers = f.producers()
    // A learned curvature belongs to the space: an op that reads it is no layer for that.
    let curvatures = Set(
      f.types.compactMap { type -> String? in
        if case .value(let name)? = (type.space.inner ?? type.space)["c"] { name } else { nil }
      })
    let weights = Set(
      f.parameters.filter { $0.kind == .param && !curvatures.contains($0.name) }.map(\.value))
    var current = value
    while producers[current.index] >= 0 {
      let node = f.nodes[producers[current.index]]
      guard let input = node.inputs.first, !weights.contains(input), f.type(input).isBatched else { return nil }
      if node.inputs.contains(where: weights.contains) { return input }
      current = input
    }
    return nil
  }

  /// The norms of the gradients of `f` (results `grad.<name>`), each in the metric that the optimizer steps its parameter
  /// by, as its only results.
  static func gradientNorms(
    _ f: Function, optimizer: OptimizerDescription?, registry: OpRegistry, dtype: DType
  ) throws -> Function {
    var source = f
    source.results = []
    var rebuilder = Rebuilder(source, registry)
    for node in source.nodes { try rebuilder.copy(node) }
    let results = f.resultsByName()
    for p in f.parameters where p.kind == .param {
      guard let old = results["grad.\(p.name)"], var space = registry.spaces[f.type(p.value).space.name] else {
        continue
      }
      var type = f.type(p.value)
      rebuilder.builder.origin = Origin(pass: pass, path: p.name)
      var b = rebuilder.builder
      let point = try b.array(try rebuilder.value(p.value))
      var gradient = try rebuilder.value(old)
      if try space.coordinate(&b, point) != nil, let flat = registry.spaces[Space.real.name] {
        gradient = try space.coordinateGradient(&b, at: point, gradient)
        (space, type) = (flat, b.storageType(type))
      }
      let geometry = InsertStep.geometry(type, space, optimizer?.attributes(for: p.name) ?? Attributes(), dtype)
      let norm: Value
      do {
        let own = try space.gradient(&b, at: point, gradient, geometry)
        norm = try b.root(of: try space.inner(&b, at: point, own, own, geometry))
      } catch is SpaceProblem {
        // A space without a metric: the gradient of the array.
        b = rebuilder.builder
        norm = try b.norm(gradient)
      }
      rebuilder.builder = b
      rebuilder.builder.result(ObservedQuantity.gradientNorm.result(p.name), norm)
    }
    return rebuilder.builder.function
  }

  private static let pass = "observe"
}

extension Builder {
  /// A value as the array that stores it.
  fileprivate mutating func array(_ x: Value) throws -> Value {
    type(x).isReal ? x : try one("as_type", [x], ["type": .type(storageType(type(x)))])
  }

  /// All elements of an item reduced to one number.
  fileprivate mutating func reduced(_ x: Value, _ kind: String) throws -> Value {
    let axes = Array(0..<shape(x).count)
    if axes.isEmpty { return x }
    return try one("reduce", [x], ["kind": .name(kind), "axes": .ints(axes), "keep": .bool(false)])
  }

  /// The square root of the sum of all elements.
  fileprivate mutating func root(of squares: Value) throws -> Value {
    try one("map", [try reduced(squares, "sum")], ["expr": .expression(.unary(.sqrt, .input(0)))])
  }

  /// The norm of all elements.
  fileprivate mutating func norm(_ x: Value) throws -> Value {
    try root(of: try one("map", [x], ["expr": .expression(.binary(.multiply, .input(0), .input(0)))]))
  }
}

import GeocIR

/// How the inputs of a row program meet: leading axes by broadcasting, the last axis of vectors in common.
private struct RowShapes {
  let program: RowProgram
  let leading: [Int]
  let length: Int
  let isBatched: Bool

  init(_ program: RowProgram?, _ shapes: [[Int]], isBatched: Bool, _ op: String) throws {
    guard let program, shapes.count == program.vectors + program.scalars else {
      throw TypeProblem(.inputCount, "\(op) takes the inputs of its program")
    }
    guard let length = shapes[0].last, shapes.prefix(program.vectors).allSatisfy({ $0.last == length }),
      shapes.dropFirst(program.vectors).allSatisfy({ $0.last == 1 }),
      let leading = Broadcasting.shape(shapes.map { Array($0.dropLast()) })
    else { throw TypeProblem(.disagreement, "\(op) takes rows of one length, found \(shapes)") }
    self.program = program
    self.leading = leading
    self.length = length
    self.isBatched = isBatched
  }

  var resultTypes: [GeoType] {
    program.results.map { .real(leading + [width($0)], isBatched: isBatched) }
  }

  /// The types where only the results `kept` are given for every row.
  func sumTypes(kept: Set<Int>) throws -> [GeoType] {
    guard kept.isSubset(of: Set(program.results.indices)) else {
      throw TypeProblem(.disagreement, "there is no result \(kept.sorted()) to keep")
    }
    return zip(resultTypes, program.results).enumerated().map { k, own in
      kept.contains(k) ? own.0 : .real([width(own.1)])
    }
  }

  private func width(_ result: RowProgram.Result) -> Int { if case .vector = result { length } else { 1 } }

  func request(_ shapes: [[Int]], areBatched: [Bool], summed: Set<Int>) -> KernelRequest {
    let strides = shapes.map { Broadcasting.strides(Array($0.dropLast()), in: leading) }
    let own = Broadcasting.strides(leading, in: leading)
    let (dims, collapsed) = Broadcasting.collapsed(leading, strides + [own])
    let copies = zip(shapes, areBatched).map { shape, batched in isBatched && !batched ? shape.reduce(1, *) : 0 }
    let code = RowCode(program, summed: summed)
    var sizes = [length, leading.reduce(1, *), program.vectors, program.scalars, code.phases, code.vectorResults]
    sizes += [program.results.count - code.vectorResults, dims.count] + dims
    sizes += collapsed.dropLast().flatMap { $0 } + copies + code.sizes
    // Rows of other lengths are no whole number of pairs of vectors in every instruction set.
    return KernelRequest(
      "row", sizes: sizes, reals: code.reals, reducesBatch: isBatched && !summed.isEmpty,
      maySkipLanes: summed.isEmpty && length % 32 == 0)
  }
}

/// A row program on every row.
enum RowOp: Op {
  static let name = "row"
  static let doc = OpDoc(
    family: "core", summary: "Linear combinations of row vectors with coefficients from their inner products.",
    formula: "y = Σ fₖ(⟨vᵢ, vⱼ⟩, s) vₖ for every row; leading axes broadcast",
    backward: "again a row program: v̄ᵢ collects fᵢ ȳ and the slopes of f times the other vectors",
    parameters: [
      "program": "inner products, numbers, results; vector results come first",
      "margin": "where the first result is a point of the ball: its distance from the sphere at infinity",
      "c": "the curvature of that ball, where it is not the first scalar",
    ])
  static let signature: Signature = "(x...: T[*]) {program: text, margin: real?, c: real?} -> R[*]"
  static let isPublic = false

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    try RowShapes(
      call.attributes.row("program"), call.inputs.indices.map(call.shape), isBatched: call.isBatched, name
    ).resultTypes
  }

  /// One pass over the rows: inputs that hold the same row for every item and row get sums, the terms of which are never
  /// in memory.
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let program = c.attributes.row("program") else { return nil }
    var vectors = Array(c.inputs.prefix(program.vectors))
    var scalars = Array(c.inputs.dropFirst(program.vectors))
    for (result, cotangent) in zip(program.results, cotangents) {
      guard let cotangent else { continue }
      if case .vector = result { vectors.append(cotangent) } else { scalars.append(cotangent) }
    }
    let inputs = vectors + scalars
    let rows = c.resultShape(0).dropLast().reduce(1, *)
    let isBatched = c.resultTypes[0].isBatched
    func isShared(_ k: Int) -> Bool {
      let own = c.inputShape(k).dropLast().reduce(1, *)
      return own == 1 && !c.inputTypes[k].isBatched && (isBatched || rows > 1)
    }
    // The kernel gives vector results before scalar ones, as the inputs do.
    let gradient = try program.gradient(wanted: Array(c.inputs.indices), hasCotangent: cotangents.map { $0 != nil })
    let own = c.inputs.indices.filter { !isShared($0) }
    var attributes = Attributes(["program": .row(gradient)])
    let isSum = own.count < c.inputs.count
    if isSum && !own.isEmpty { attributes["kept"] = .ints(own) }
    let values = try b.node(isSum ? RowSumOp.name : name, inputs, attributes)
    return try zip(c.inputs.indices, values).map { k, value in
      isShared(k) ? try b.reshape(value, c.inputShape(k)) : try b.summedInside(value, c.inputShape(k))
    }
  }

  /// Products, sums and maps: the program spelled out.
  static func definition(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    guard let program = c.attributes.row("program") else { return nil }
    var numbers: [Value] = []
    var vectors = Array(c.inputs.prefix(program.vectors))
    func combination(_ terms: [RowProgram.Term]) throws -> Value {
      guard let first = terms.first else { return try b.fill([1], 0) }
      var sum = try b.mul(numbers[first.coefficient], vectors[first.vector])
      for term in terms.dropFirst() { sum = try b.add(sum, try b.mul(numbers[term.coefficient], vectors[term.vector])) }
      return sum
    }
    func gated(_ x: Value, _ gate: RowProgram.Gate) throws -> Value {
      switch gate {
      case .open: x
      case .positive: try b.map("max(x0, 0)", [x])
      case .vector(let v): try b.map("select(less(0, x1), x0, 0)", [x, vectors[v]])
      }
    }
    for step in program.steps {
      let value =
        switch step {
        case .vector(let terms, let gate): try gated(try combination(terms), gate)
        case .dot(let i, let j): try b.sumLast(try b.mul(vectors[i], vectors[j]), 1, keep: true)
        case .scalar(let s): c.inputs[program.vectors + s]
        case .constant(let x): try b.fill([1], x)
        case .unary(let f, let a): try b.map(.unary(f, .input(0)), [numbers[a]])
        case .binary(let f, let x, let y): try b.map(.binary(f, .input(0), .input(1)), [numbers[x], numbers[y]])
        case .select(let s, let x, let y):
          try b.map(.select(.input(0), .input(1), .input(2)), [numbers[s], numbers[x], numbers[y]])
        }
      numbers.append(value)
      if case .vector = step { vectors.append(value) }
    }
    return try program.results.enumerated().map { k, result in
      let type = c.resultTypes[k]
      var value: Value
      switch result {
      case .scalar(let s): value = numbers[s]
      case .vector(let terms): value = try combination(terms)
      }
      value = try b.broadcast(value, b.registry.spaces.shape(type))
      guard type.isBatched && !b.type(value).isBatched, let like = c.inputs.first(where: { b.type($0).isBatched })
      else { return value }
      // Without an input of every item the result is the same for all of them.
      let zero = try b.scale(try b.reduce(try b.reshape(like, [b.shape(like).reduce(1, *)]), "sum", axes: [0]), 0)
      return try b.add(value, zero)
    }
  }

  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    let shapes = c.inputs.indices.map(c.inputShape)
    let areBatched = c.inputTypes.map(\.isBatched)
    return try RowShapes(
      c.attributes.row("program"), shapes, isBatched: areBatched.contains(true), name
    ).request(shapes, areBatched: areBatched, summed: [])
  }

  static func narrowed(_ attributes: Attributes, to results: [Int]) -> Attributes? {
    guard let program = try? attributes.row("program")?.narrowed(to: results) else { return nil }
    var own = attributes
    own["program"] = .row(program)
    // They speak of the first result.
    if results.first != 0 { (own["margin"], own["c"]) = (nil, nil) }
    return own
  }

  static func flops(_ c: OpContext) -> Int {
    let shape = c.resultShape(0)
    return shape.dropLast().reduce(1, *) * (c.attributes.row("program")?.flops(c.inputShape(0).last ?? 1) ?? 0)
  }
}

/// A row program summed over rows and batch, but for some of its results.
enum RowSumOp: Op {
  static let name = "row_sum"
  static let doc = OpDoc(
    family: "core", summary: "The results of a row program summed over all rows and the batch.",
    parameters: ["program": "as in row", "kept": "results, by position, that are given for every row instead"])
  static let signature: Signature = "(x...: T[*]) {program: text, kept: [int]?} -> R[*]"
  static let traits: OpTraits = [.seesBatch]
  static let isPublic = false

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    try RowShapes(
      call.attributes.row("program"), call.inputs.indices.map(call.shape), isBatched: call.isBatched, name
    ).sumTypes(kept: Set(call.attributes.ints("kept")))
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let program = c.attributes.row("program") else { return nil }
    // A sum hands its cotangent to every row, so that the backward is that of `row` with shared cotangents.
    let types = try RowOp.infer(
      TypeCall(op: RowOp.name, attributes: c.attributes, inputs: c.inputTypes, spaces: c.spaces))
    guard program.results.count == cotangents.count else { return nil }
    return try RowOp.vjp(&b, c.on(c.inputs, results: [], resultTypes: types), cotangents)
  }
  static func definition(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let kept = c.attributes.ints("kept")
    var attributes = c.attributes
    attributes["kept"] = nil
    let values = try b.node(RowOp.name, c.inputs, attributes)
    return try values.enumerated().map { k, value in
      if kept.contains(k) { return value }
      let leading = b.shape(value).count - 1
      let sum = leading == 0 ? value : try b.reduce(value, "sum", axes: Array(0..<leading))
      return b.type(sum).isBatched ? try b.batchSum(sum) : sum
    }
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    let shapes = c.inputs.indices.map(c.inputShape)
    let areBatched = c.inputTypes.map(\.isBatched)
    let kept = Set(c.attributes.ints("kept"))
    return try RowShapes(c.attributes.row("program"), shapes, isBatched: areBatched.contains(true), name)
      .request(shapes, areBatched: areBatched, summed: Set(c.resultTypes.indices).subtracting(kept))
  }
  static func narrowed(_ attributes: Attributes, to results: [Int]) -> Attributes? {
    guard var own = RowOp.narrowed(attributes, to: results) else { return nil }
    let kept = attributes.ints("kept")
    let still = results.indices.filter { kept.contains(results[$0]) }
    own["kept"] = still.isEmpty ? nil : .ints(still)
    return own
  }
  static func flops(_ c: OpContext) -> Int {
    guard let program = c.attributes.row("program") else { return 0 }
    let leading = Broadcasting.shape(c.inputs.indices.map { Array(c.inputShape($0).dropLast()) }) ?? []
    return leading.reduce(1, *) * program.flops(c.inputShape(0).last ?? 1)
  }
}

extension Builder {
  /// The results of a row program on `vectors` and `scalars`, written by `write` from the input vectors and scalars:
  /// vector results before scalar ones. With `margin` the first result is a point of the ball of the given curvature
  /// (the first scalar where it is not given) held that far from the sphere at infinity, which lets passes drop
  /// projections behind it.
  package mutating func rows(
    _ vectors: [Value], _ scalars: [Value] = [], summed: Bool = false, margin: Double? = nil,
    curvature: Double? = nil,
    _ write: (inout RowBuilder, [RowVector], [RowNumber]) throws -> Void
  ) throws -> [Value] {
    var r = RowBuilder(vectors: vectors.count, scalars: scalars.count)
    let v = vectors.indices.map { r.vector($0) }
    let s = scalars.indices.map { r.scalar($0) }
    try write(&r, v, s)
    var attributes = Attributes(["program": .row(try r.program())])
    if let margin { attributes["margin"] = .real(margin) }
    if let curvature { attributes["c"] = .real(curvature) }
    return try node(summed ? RowSumOp.name : RowOp.name, vectors + scalars, attributes)
  }
}

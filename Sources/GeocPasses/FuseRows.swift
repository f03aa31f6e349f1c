import GeocIR

/// Composes row programs with what stands around them.
///
/// - A radial map that only one row program reads runs inside it: the midpoint of what a Poincaré layer gives is summed
///   from the layer's hyperboloid coordinates.
/// - A radial map of the one result of a row program, where nothing else reads that, ends the program.
/// - So does a rectifier, and one that meets a radial map makes a program with it: exp₀(relu(log₀ x)) is one pass.
/// - Row programs on the same rows become one, which computes what they have in common once: the norm of (−m) ⊕ x of a
///   distance and a logarithm.
///
/// A map of what broadcasts (one mean for all rows) stays outside, where it is computed once.
package enum FuseRows: Pass {
  package static let name = "fuse-rows"
  package static let summary =
    "runs radial maps and rectifiers inside row programs, and programs on the same rows as one"
  package static let reason =
    "after fuse-radial has left of the maps what is needed; before differentiation, so that the backward is that of the "
    + "whole program"

  package static func run(_ f: Function, _ options: PassOptions, _ report: inout PassReport) throws -> Function {
    guard f.nodes.contains(where: { $0.op == "radial" || program(of: $0) != nil }) else {
      return try Prune.run(f, options, &report)
    }
    let joined = try Prune.run(try joined(f, options, &report), options, &report)
    return try Prune.run(try merged(joined, options, &report), options, &report)
  }

  /// A program and its inputs in the new function.
  private struct Program {
    var program: RowProgram
    var inputs: [Value]

    var vectors: [Value] { Array(inputs.prefix(program.vectors)) }
    var scalars: [Value] { Array(inputs.dropFirst(program.vectors)) }
  }

  /// Distinct inputs of a program in the making.
  private struct Inputs {
    var vectors: [Value] = []
    var scalars: [Value] = []

    mutating func vector(_ value: Value) -> Int { Self.index(value, &vectors) }
    mutating func scalar(_ value: Value) -> Int { Self.index(value, &scalars) }

    private static func index(_ value: Value, _ list: inout [Value]) -> Int {
      if let known = list.firstIndex(of: value) { return known }
      list.append(value)
      return list.count - 1
    }
  }

  /// A radial map or a rectifier in the new function.
  private struct Map {
    /// Nil for a rectifier.
    var f: RadialFunction?
    var input: Value
    var operand: Value?
    var curvature: Double
    var label: String

    init?(_ node: Node, _ inputs: [Value], label: String) {
      if node.op == "radial" { f = node.attributes.radial("f") } else if !node.isRectifier { return nil }
      (input, operand) = (inputs[0], inputs.dropFirst().first)
      curvature = node.attributes.real("c", 1)
      self.label = label
    }

    func apply(_ r: inout RowBuilder, _ v: RowVector, _ inputs: Inputs) throws -> RowVector {
      guard let f else { return r.positivePart(v) }
      let at = operand.flatMap { inputs.scalars.firstIndex(of: $0) }
      return try f.apply(&r, v, c: at.map { r.scalar($0) } ?? r.constant(curvature))
    }
  }

  /// Maps and programs that meet, as one.
  private static func joined(
    _ f: Function, _ options: PassOptions, _ report: inout PassReport
  ) throws -> Function {
    let reads = Reads(f)
    var rebuilder = Rebuilder(f, options.registry)
    /// By the source value that they make: maps, and programs of one vector.
    var maps: [Value: Map] = [:]
    var programs: [Value: (program: Program, label: String)] = [:]
    for node in f.nodes {
      guard let result = node.results.first else {
        try rebuilder.copy(node)
        continue
      }
      rebuilder.builder.origin = node.origin
      let label = Self.label(f, node)
      let inputs = try rebuilder.values(node.inputs)
      if let map = Map(node, inputs, label: label) {
        let origin = reads.root(node.inputs[0])
        guard reads.count(origin) == 1,
          let inner = try programs[origin] ?? maps[origin].flatMap({ try begun(by: $0, map) })
        else {
          try rebuilder.copy(node)
          maps[result] = map
          continue
        }
        let whole = try ended(inner.program, by: map)
        try replace(node, with: whole, &rebuilder)
        programs[result] = (whole, label)
        report.record(name, f, "ran \(label) behind \(inner.label), as one row program", at: node.origin)
        continue
      }
      guard let program = program(of: node) else {
        try rebuilder.copy(node)
        continue
      }
      var own = Program(program: program, inputs: inputs)
      let whole = rowShape(node, f, options.registry)
      let inner = (0..<program.vectors).map { k -> Map? in
        let origin = reads.root(node.inputs[k])
        guard reads.count(origin) == 1, f.type(origin).isBatched == whole.isBatched,
          options.registry.spaces.shape(f.type(origin)).dropLast().elementsEqual(whole.leading)
        else { return nil }
        return maps[origin]
      }
      if inner.contains(where: { $0 != nil }) {
        own = try begun(own, by: inner)
        try replace(node, with: own, &rebuilder)
        let names = inner.compactMap { $0?.label }.joined(separator: ", ")
        report.record(name, f, "ran \(names) inside the row program of \(label)", at: node.origin)
      } else {
        try rebuilder.copy(node)
      }
      if node.op == "row", own.program.results.count == 1, case .vector = own.program.results[0] {
        programs[result] = (own, label)
      }
    }
    return try rebuilder.finish()
  }

  /// `program` on what the maps are taken of.
  private static func begun(_ program: Program, by maps: [Map?]) throws -> Program {
    var inputs = Inputs()
    let scalars = program.scalars.map { inputs.scalar($0) }
    let vectors = zip(program.vectors, maps).map { value, map in inputs.vector(map?.input ?? value) }
    for map in maps { if let operand = map?.operand { _ = inputs.scalar(operand) } }
    return try written(inputs) { r in
      let own = try zip(vectors, maps).map { k, map in
        try map?.apply(&r, r.vector(k), inputs) ?? r.vector(k)
      }
      for outcome in r.run(program.program, own, scalars.map { r.scalar($0) }) { r.result(outcome) }
    }
  }

  /// The program of `map` where it or the map `next` behind it is a rectifier: radial maps that follow each other are one
  /// map already, where they can be.
  private static func begun(by map: Map, _ next: Map) throws -> (program: Program, label: String)? {
    guard map.f == nil || next.f == nil else { return nil }
    var inputs = Inputs()
    let vector = inputs.vector(map.input)
    if let operand = map.operand { _ = inputs.scalar(operand) }
    let program = try written(inputs) { r in r.result(try map.apply(&r, r.vector(vector), inputs)) }
    return (program, map.label)
  }

  /// `program`, its one vector through a map.
  private static func ended(_ program: Program, by map: Map) throws -> Program {
    var inputs = Inputs()
    let scalars = program.scalars.map { inputs.scalar($0) }
    let vectors = program.vectors.map { inputs.vector($0) }
    if let operand = map.operand { _ = inputs.scalar(operand) }
    return try written(inputs) { r in
      let outcomes = r.run(program.program, vectors.map { r.vector($0) }, scalars.map { r.scalar($0) })
      guard case .vector(let v)? = outcomes.first else { throw InternalError("a row program without its vector") }
      r.result(try map.apply(&r, r.fixed(v), inputs))
    }
  }

  private static func written(_ inputs: Inputs, _ write: (inout RowBuilder) throws -> Void) throws -> Program {
    var r = RowBuilder(vectors: inputs.vectors.count, scalars: inputs.scalars.count)
    try write(&r)
    return Program(program: try r.program(), inputs: inputs.vectors + inputs.scalars)
  }

  private static func replace(_ node: Node, with program: Program, _ rebuilder: inout Rebuilder) throws {
    let op = node.op == "row_sum" ? "row_sum" : "row"
    let values = try rebuilder.builder.node(op, program.inputs, Attributes(["program": .row(program.program)]))
    try rebuilder.replace(node, with: values)
  }

  /// Programs on the same inputs as one, at the place of the first.
  private static func merged(_ f: Function, _ options: PassOptions, _ report: inout PassReport) throws -> Function {
    struct Key: Hashable {
      var op: String
      var vectors: Set<Value>
      var scalars: Set<Value>
    }
    let reads = Reads(f)
    var groups: [Key: [Node]] = [:]
    func key(_ node: Node) -> Key? {
      guard let program = program(of: node) else { return nil }
      let origins = node.inputs.map(reads.root)
      return Key(
        op: node.op, vectors: Set(origins.prefix(program.vectors)), scalars: Set(origins.dropFirst(program.vectors)))
    }
    for node in f.nodes { if let key = key(node) { groups[key, default: []].append(node) } }
    var rebuilder = Rebuilder(f, options.registry)
    var isDone: Set<Value> = []
    for node in f.nodes {
      guard let result = node.results.first, let group = key(node).flatMap({ groups[$0] }), group.count > 1 else {
        try rebuilder.copy(node)
        continue
      }
      if isDone.contains(result) { continue }
      rebuilder.builder.origin = node.origin
      var inputs = Inputs()
      let parts = try group.map { part in
        // Those of the first are there already; the others read the same under other types.
        let own = try part.inputs.map { try rebuilder.value(reads.root($0)) }
        let count = part.attributes.row("program")?.vectors ?? 0
        return (own.prefix(count).map { inputs.vector($0) }, own.dropFirst(count).map { inputs.scalar($0) })
      }
      var places: [(value: Value, isVector: Bool)] = []
      let whole = try written(inputs) { r in
        var outcomes: [(Value, RowBuilder.Outcome)] = []
        for (part, (vectors, scalars)) in zip(group, parts) {
          guard let program = part.attributes.row("program") else { continue }
          let own = r.run(program, vectors.map { r.vector($0) }, scalars.map { r.scalar($0) })
          outcomes += zip(part.results, own).map { ($0, $1) }
        }
        // Vectors leave a program before numbers.
        let ordered = outcomes.filter { $0.1.isVector } + outcomes.filter { !$0.1.isVector }
        for (value, outcome) in ordered {
          r.result(outcome)
          places.append((value, outcome.isVector))
        }
      }
      let values = try rebuilder.builder.node(
        node.op, whole.inputs, Attributes(["program": .row(whole.program)]))
      for (place, value) in zip(places, values) {
        rebuilder.map[place.value] = value
        rebuilder.builder.suggestName(value, f.names[place.value.index])
        isDone.insert(place.value)
      }
      for part in group.dropFirst() {
        report.record(
          name, f, "merged \(label(f, part)) with \(label(f, node)): one pass over the same rows", at: part.origin)
      }
    }
    return try rebuilder.finish()
  }

  /// The program of a node all of whose results are given for every row, or all of whose are summed.
  private static func program(of node: Node) -> RowProgram? {
    guard node.op == "row" || node.op == "row_sum", node.attributes["kept"] == nil else { return nil }
    return node.attributes.row("program")
  }

  /// The leading shape of the rows of a node, and whether there are such of every item.
  private static func rowShape(_ node: Node, _ f: Function, _ registry: OpRegistry) -> (leading: [Int], isBatched: Bool)
  {
    let types = node.inputs.map(f.type)
    let shapes = types.map { Array(registry.spaces.shape($0).dropLast()) }
    return (shapes.max { $0.reduce(1, *) < $1.reduce(1, *) } ?? [], types.contains(where: \.isBatched))
  }

  private static func label(_ f: Function, _ node: Node) -> String {
    let name = node.results.first.map { f.names[$0.index] } ?? ""
    if !name.isEmpty { return name }
    if node.op == "radial" { return node.origin.path.isEmpty ? "a radial map" : "a map of \(node.origin.path)" }
    return node.origin.path.isEmpty ? "a row program" : node.origin.path
  }
}

/// How often values are read, whatever type they are read as.
private struct Reads {
  private var roots: [Value: Value] = [:]
  private var counts: [Value: Int] = [:]

  init(_ f: Function) {
    for node in f.nodes {
      if node.op == "as_type", let x = node.inputs.first, let y = node.results.first {
        roots[y] = roots[x] ?? x
        for base in node.inputs.dropFirst() { counts[root(base), default: 0] += 1 }
      } else {
        for value in node.inputs { counts[root(value), default: 0] += 1 }
      }
    }
    for result in f.results { counts[root(result.value), default: 0] += 1 }
  }

  /// The value behind its types.
  func root(_ value: Value) -> Value { roots[value] ?? value }
  /// How often a value behind its types is read.
  func count(_ root: Value) -> Int { counts[root] ?? 0 }
}

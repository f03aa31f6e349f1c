import GeocIR

/// A function as the scheduler sees it: nodes with kernels, values without aliases.
struct FlowAnalysis {
  /// What a node asks for.
  struct Work {
    var request: KernelRequest
    /// Root values read.
    var inputs: [Int]
    /// Root values written.
    var outputs: [Int]
    /// Whether it runs once per chunk; what gathers the batch does not.
    var isBatched: Bool
    var isInPlace: Bool
    var cost: Int
    /// Batched root values of which every item is read for each chunk.
    var whole: Set<Int> = []
  }

  let function: Function
  /// For every value the value whose storage it shares.
  let root: [Int]
  /// Scalars per item of every value.
  let elements: [Int]
  /// Node of every root value, -1 for parameters.
  let producer: [Int]
  /// For every root value its parameter; nil for what nodes make.
  let parameterOf: [Int?]
  /// For every node what it asks for; empty requests for aliases and dead nodes, which `live` leaves out.
  let work: [Work]
  /// Nodes that results depend on and that have a kernel, in order.
  let live: [Int]
  /// Nodes whose results never change for a given batch size.
  let isConstant: [Bool]
  /// Batched parameters that nobody needs in lanes: every reader takes the rows of the host as they are.
  let rows: Set<Int>
  /// Nodes that read rows of the host and write rows of results.
  let skipsLanes: Set<Int>
  /// For every root value the results of the function that it is.
  let resultsOf: [[Int]]

  func isBatched(_ value: Int) -> Bool { function.types[value].isBatched }

  /// Throws `ScheduleProblem` and what an op's lowering throws.
  init(_ function: Function, _ registry: OpRegistry) throws {
    guard function.stage == .core else { throw ScheduleProblem("@\(function.name) is not at the core stage") }
    self.function = function
    var root = Array(function.types.indices)
    var producer = [Int](repeating: -1, count: function.types.count)
    let elements = try function.types.map { type in
      var count = 1
      for size in registry.spaces.shape(type) {
        let (product, overflow) = count.multipliedReportingOverflow(by: size)
        guard size > 0, !overflow, product <= 1 << 40 else {
          throw ScheduleProblem("@\(function.name) has a value of type \(type), which is too large")
        }
        count = product
      }
      return count
    }
    var parameterOf = [Int?](repeating: nil, count: function.types.count)
    for (k, p) in function.parameters.enumerated() { parameterOf[p.value.index] = k }
    var work: [Work] = []
    work.reserveCapacity(function.nodes.count)
    var isAlias: [Bool] = []
    for (k, node) in function.nodes.enumerated() {
      guard let op = registry[node.op] else { throw ScheduleProblem("there is no op '\(node.op)'") }
      let alias = op.traits.contains(.alias)
      isAlias.append(alias)
      if alias {
        guard let input = node.inputs.first, let out = node.results.first, node.results.count == 1,
          elements[input.index] == elements[out.index],
          function.type(input).isBatched == function.type(out).isBatched
        else { throw ScheduleProblem("node \(k) '\(node.op)' is no alias of its input") }
        root[out.index] = root[input.index]
        work.append(
          Work(request: KernelRequest(""), inputs: [], outputs: [], isBatched: false, isInPlace: false, cost: 0))
        continue
      }
      let lowering = try registry.lowering(op, of: node, in: function)
      guard let request = lowering.request else {
        throw ScheduleProblem("node \(k) '\(node.op)' has no kernel")
      }
      let readsBatch = node.inputs.contains { function.type($0).isBatched }
      let writesBatch = node.results.contains { function.type($0).isBatched }
      let isBatched = !request.gathersBatch && (readsBatch || writesBatch)
      if request.gathersBatch {
        guard !writesBatch,
          node.inputs.indices.allSatisfy({ k in
            !function.type(node.inputs[k]).isBatched || request.wholeBatch.contains(k)
          })
        else { throw ScheduleProblem("node \(k) '\(node.op)' does not gather its batch") }
      }
      if isBatched {
        guard node.results.contains(where: { !function.type($0).isBatched }) == request.reducesBatch else {
          throw ScheduleProblem("node \(k) '\(node.op)' mixes batched and unbatched results")
        }
      }
      for value in node.results { producer[value.index] = k }
      let inputs = node.inputs.map { root[$0.index] }
      guard request.wholeBatch.allSatisfy(inputs.indices.contains) else {
        throw ScheduleProblem("node \(k) '\(node.op)' has no input that it reads over the whole batch")
      }
      work.append(
        Work(
          request: request, inputs: inputs, outputs: node.results.map(\.index),
          isBatched: isBatched, isInPlace: op.traits.contains(.inPlace),
          cost: max(lowering.flops, node.results.reduce(0) { $0 + elements[$1.index] }),
          whole: request.wholeBatch.isEmpty
            ? [] : Set(request.wholeBatch.map { inputs[$0] }.filter { function.types[$0].isBatched })))
    }
    var isNeeded = [Bool](repeating: false, count: function.types.count)
    for result in function.results { isNeeded[root[result.value.index]] = true }
    var live: [Int] = []
    for k in function.nodes.indices.reversed() where !isAlias[k] {
      guard work[k].outputs.contains(where: { isNeeded[$0] }) else { continue }
      live.append(k)
      for input in work[k].inputs { isNeeded[input] = true }
    }
    var isConstant = [Bool](repeating: false, count: function.nodes.count)
    for k in function.nodes.indices where !isAlias[k] {
      isConstant[k] =
        !work[k].isBatched && !work[k].request.isRandom
        && work[k].inputs.allSatisfy { producer[$0] >= 0 && isConstant[producer[$0]] }
    }
    var resultsOf = [[Int]](repeating: [], count: function.types.count)
    for (k, result) in function.results.enumerated() { resultsOf[root[result.value.index]].append(k) }
    let borders = HostBorders(
      work, live, resultsOf: resultsOf, isBatched: { function.types[$0].isBatched },
      isParameter: { parameterOf[$0] != nil })
    (rows, skipsLanes) = (borders.rows, borders.skipsLanes)
    self.resultsOf = resultsOf
    self.root = root
    self.elements = elements
    self.producer = producer
    self.parameterOf = parameterOf
    self.work = work
    self.live = live.reversed()
    self.isConstant = isConstant
  }
}

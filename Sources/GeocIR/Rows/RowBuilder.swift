import GeocKernelABI
import Synchronization

/// A number of every row, while a program is written.
package struct RowNumber: Hashable, Sendable {
  fileprivate let step: Int
}

/// A linear combination of the vector inputs, while a program is written.
package struct RowVector: Sendable {
  fileprivate var coefficients: [Int: RowNumber] = [:]

  /// The zero vector.
  package init() {}

  /// The terms in the order of their vectors: the order of a dictionary changes from run to run, and rounding with it.
  fileprivate var terms: [(key: Int, value: RowNumber)] { coefficients.sorted { $0.key < $1.key } }
}

/// Writes a row program: equal steps are merged, constants folded, and what no result needs is left out.
package struct RowBuilder: Sendable {
  /// Number of vector inputs.
  package let vectors: Int
  /// Number of scalar inputs.
  package let scalars: Int
  private var steps: [RowProgram.Step] = []
  private var known: [RowProgram.Step: Int] = [:]
  private var results: [RowProgram.Result] = []
  /// Number of each vector step, by step.
  private var computed: [Int: Int] = [:]

  /// A program of so many inputs, still empty.
  package init(vectors: Int, scalars: Int) {
    self.vectors = vectors
    self.scalars = scalars
  }

  /// Vector input `k`.
  package mutating func vector(_ k: Int) -> RowVector {
    var v = RowVector()
    v.coefficients[k] = constant(1)
    return v
  }

  /// Scalar input `k`.
  package mutating func scalar(_ k: Int) -> RowNumber { add(.scalar(k)) }

  /// A constant.
  package mutating func constant(_ x: Double) -> RowNumber { add(.constant(x)) }

  /// The inner product of two combinations. A sum of several vectors is computed first: from the products of its terms
  /// the difference of two close vectors would lose its digits.
  package mutating func dot(_ a: RowVector, _ b: RowVector) -> RowNumber {
    guard let (i, x) = single(a), let (j, y) = single(b) else { return constant(0) }
    return times(times(x, y), add(.dot(min(i, j), max(i, j))))
  }

  /// The combination as one vector of its own, where it is a sum of several.
  package mutating func fixed(_ a: RowVector) -> RowVector {
    guard let (i, x) = single(a) else { return a }
    var result = RowVector()
    result.coefficients[i] = x
    return result
  }

  /// A combination as a multiple of one vector; nil for zero.
  private mutating func single(_ a: RowVector) -> (vector: Int, factor: RowNumber)? {
    let terms = terms(of: a)
    guard let first = terms.first else { return nil }
    if terms.count == 1 { return (first.vector, RowNumber(step: first.coefficient)) }
    return (made(terms, .open), constant(1))
  }

  /// The terms of a combination that are not 0.
  private func terms(of a: RowVector) -> [RowProgram.Term] {
    a.terms.filter { steps[$0.value.step] != .constant(0) }
      .map { RowProgram.Term(coefficient: $0.value.step, vector: $0.key) }
  }

  /// The number of the vector that terms make behind a gate.
  private mutating func made(_ terms: [RowProgram.Term], _ gate: RowProgram.Gate) -> Int {
    let step = add(.vector(terms, gate)).step
    if let known = computed[step] { return known }
    computed[step] = vectors + computed.count
    return vectors + computed.count - 1
  }

  /// The positive coordinates of a combination, 0 for the others.
  package mutating func positivePart(_ a: RowVector) -> RowVector {
    let terms = terms(of: a)
    return terms.isEmpty ? RowVector() : vector(made(terms, .positive))
  }

  /// The coordinates of a combination where `b` is positive, 0 for the others.
  package mutating func gated(_ a: RowVector, by b: RowVector) -> RowVector {
    let terms = terms(of: a)
    guard !terms.isEmpty, let (k, x) = single(b) else { return RowVector() }
    let gate = x == constant(1) ? k : made(self.terms(of: b), .open)
    return vector(made(terms, .vector(gate)))
  }

  /// ⟨a, a⟩; x − y and y − x have one square.
  package mutating func square(_ a: RowVector) -> RowNumber {
    if let first = a.terms.first, steps[first.value.step] == .constant(-1) { return square(negated(a)) }
    return dot(a, a)
  }

  /// by · a.
  package mutating func scaled(_ a: RowVector, _ by: RowNumber) -> RowVector {
    var result = RowVector()
    for (k, x) in a.terms { result.coefficients[k] = times(x, by) }
    return result
  }

  /// a + b.
  package mutating func sum(_ a: RowVector, _ b: RowVector) -> RowVector {
    var result = a
    for (k, y) in b.terms { result.coefficients[k] = result.coefficients[k].map { plus($0, y) } ?? y }
    return result
  }

  /// −a.
  package mutating func negated(_ a: RowVector) -> RowVector { scaled(a, constant(-1)) }

  /// A combination behind a gate, as a vector of its own where it is a sum or the gate is not open; `own` are the vectors
  /// that the gate may name.
  fileprivate mutating func vector(_ a: RowVector, _ gate: RowProgram.Gate, _ own: [RowVector]) -> RowVector {
    switch gate {
    case .open: fixed(a)
    case .positive: positivePart(a)
    case .vector(let v): gated(a, by: own[v])
    }
  }

  /// x · a + y · b.
  package mutating func combination(_ x: RowNumber, _ a: RowVector, _ y: RowNumber, _ b: RowVector) -> RowVector {
    sum(scaled(a, x), scaled(b, y))
  }

  /// The product of two numbers.
  package mutating func times(_ a: RowNumber, _ b: RowNumber) -> RowNumber { add(.binary(.multiply, a.step, b.step)) }

  /// The sum of two numbers.
  package mutating func plus(_ a: RowNumber, _ b: RowNumber) -> RowNumber { add(.binary(.add, a.step, b.step)) }

  /// An expression of numbers: `x0`, `x1`, … stand for `inputs`. Throws `ScalarSyntaxError` where the text is no
  /// expression.
  package mutating func number(_ text: String, _ inputs: RowNumber...) throws -> RowNumber {
    number(try ScalarExpression.parse(text), inputs)
  }

  /// An expression of numbers; an input that is missing counts as 0.
  package mutating func number(_ expression: ScalarExpression, _ inputs: [RowNumber]) -> RowNumber {
    switch expression {
    case .input(let i): return inputs.indices.contains(i) ? inputs[i] : constant(0)
    case .constant(let x): return constant(x)
    case .unary(let f, let a):
      let a = number(a, inputs)
      return add(.unary(f, a.step))
    case .binary(let f, let a, let b):
      let (a, b) = (number(a, inputs), number(b, inputs))
      return add(.binary(f, a.step, b.step))
    case .select(let c, let a, let b):
      let (c, a, b) = (number(c, inputs), number(a, inputs), number(b, inputs))
      return add(.select(c.step, a.step, b.step))
    }
  }

  /// Makes a combination a result.
  package mutating func result(_ v: RowVector) { results.append(.vector(terms(of: v))) }

  /// Makes a number a result.
  package mutating func result(_ s: RowNumber) { results.append(.scalar(s.step)) }

  /// The program.
  package func program() throws -> RowProgram {
    var needed = [Bool](repeating: false, count: steps.count)
    let maker = Dictionary(computed.map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first })
    func needVector(_ v: Int) { if let step = maker[v] { needed[step] = true } }
    for result in results {
      switch result {
      case .vector(let terms):
        for term in terms {
          needed[term.coefficient] = true
          needVector(term.vector)
        }
      case .scalar(let s): needed[s] = true
      }
    }
    for k in steps.indices.reversed() where needed[k] {
      for operand in steps[k].operands { needed[operand] = true }
      switch steps[k] {
      case .dot(let i, let j):
        needVector(i)
        needVector(j)
      case .vector(let terms, let gate):
        for term in terms { needVector(term.vector) }
        if case .vector(let v) = gate { needVector(v) }
      default: break
      }
    }
    var place = [Int](repeating: 0, count: steps.count)
    var vectorPlace = Array(0..<(vectors + computed.count))
    var kept: [RowProgram.Step] = []
    var count = vectors
    for k in steps.indices where needed[k] {
      place[k] = kept.count
      let moved = steps[k].mapOperands { place[$0] }
      switch moved {
      case .dot(let i, let j): kept.append(.dot(vectorPlace[i], vectorPlace[j]))
      case .vector(let terms, let gate):
        var moved = gate
        if case .vector(let v) = gate { moved = .vector(vectorPlace[v]) }
        kept.append(
          .vector(terms.map { RowProgram.Term(coefficient: $0.coefficient, vector: vectorPlace[$0.vector]) }, moved))
        vectorPlace[computed[k] ?? 0] = count
        count += 1
      default: kept.append(moved)
      }
    }
    let moved = results.map { result -> RowProgram.Result in
      switch result {
      case .vector(let terms):
        .vector(
          terms.map { RowProgram.Term(coefficient: place[$0.coefficient], vector: vectorPlace[$0.vector]) })
      case .scalar(let s): .scalar(place[s])
      }
    }
    guard let program = RowProgram(vectors: vectors, scalars: scalars, steps: kept, results: moved) else {
      throw InternalError("a row program reads what is not there")
    }
    return program
  }

  /// Adds a step of a program whose operands are already steps of this one.
  fileprivate mutating func add(_ step: RowProgram.Step) -> RowNumber {
    if let simpler = simplified(step) { return simpler }
    var step = step
    if case .binary(let f, let a, let b) = step, f == .add || f == .multiply, a > b { step = .binary(f, b, a) }
    if let k = known[step] { return RowNumber(step: k) }
    steps.append(step)
    known[step] = steps.count - 1
    return RowNumber(step: steps.count - 1)
  }

  private mutating func simplified(_ step: RowProgram.Step) -> RowNumber? {
    func value(_ k: Int) -> Double? { if case .constant(let x) = steps[k] { x } else { nil } }
    switch step {
    case .dot, .scalar, .constant, .vector: return nil
    case .unary(let f, let a):
      if let x = value(a) { return folded(f.opcode.value(x)) }
      if f == .negate, case .unary(.negate, let inner) = steps[a] { return RowNumber(step: inner) }
      return nil
    case .binary(let f, let a, let b):
      let (x, y) = (value(a), value(b))
      if let x, let y { return folded(f.opcode.value(x, y)) }
      switch f {
      case .add:
        if x == 0 { return RowNumber(step: b) }
        if y == 0 { return RowNumber(step: a) }
      case .subtract:
        if y == 0 { return RowNumber(step: a) }
        if x == 0 { return add(.unary(.negate, b)) }
      case .multiply:
        if x == 1 { return RowNumber(step: b) }
        if y == 1 { return RowNumber(step: a) }
        if x == 0 || y == 0 { return constant(0) }
        if x == -1 { return add(.unary(.negate, b)) }
        if y == -1 { return add(.unary(.negate, a)) }
      case .divide:
        if y == 1 { return RowNumber(step: a) }
        if x == 0 { return constant(0) }
      default: break
      }
      return nil
    case .select(let c, let a, let b):
      if a == b { return RowNumber(step: a) }
      guard let condition = value(c) else { return nil }
      return RowNumber(step: condition != 0 ? a : b)
    }
  }

  private mutating func folded(_ x: Double) -> RowNumber? { x.isNaN ? nil : constant(x) }
}

extension RowBuilder {
  /// A result of a program that runs inside another.
  package enum Outcome: Sendable {
    case vector(RowVector)
    case number(RowNumber)

    /// Whether it is a vector.
    package var isVector: Bool { if case .vector = self { true } else { false } }
  }

  /// Makes what another program gave a result.
  package mutating func result(_ outcome: Outcome) {
    switch outcome {
    case .vector(let v): result(v)
    case .number(let x): result(x)
    }
  }

  /// The results of a program on vectors and numbers of this one. Vectors that it computes stay vectors of their own.
  package mutating func run(_ program: RowProgram, _ vectors: [RowVector], _ scalars: [RowNumber]) -> [Outcome] {
    var own = vectors
    var numbers: [RowNumber] = []
    func combination(_ terms: [RowProgram.Term]) -> RowVector {
      terms.reduce(into: RowVector()) { sum, term in
        sum = self.sum(sum, scaled(own[term.vector], numbers[term.coefficient]))
      }
    }
    for step in program.steps {
      switch step {
      case .dot(let i, let j): numbers.append(i == j ? square(own[i]) : dot(own[i], own[j]))
      case .scalar(let s): numbers.append(scalars[s])
      case .vector(let terms, let gate):
        own.append(vector(combination(terms), gate, own))
        numbers.append(constant(0))
      default: numbers.append(add(step.mapOperands { numbers[$0].step }))
      }
    }
    return program.results.map { result in
      switch result {
      case .vector(let terms): .vector(combination(terms))
      case .scalar(let s): .number(numbers[s])
      }
    }
  }
}

extension RowProgram {
  /// The cotangents of the inputs `wanted` (vectors, then scalars) as a program of the same inputs followed by the
  /// cotangents of the results: those of vector results after the vectors, those of scalar results after the scalars.
  /// A result whose cotangent is absent has `hasCotangent` false and no input. Throws `InternalError`.
  ///
  /// Kept, because a network has few different programs and the nodes of each are differentiated one by one.
  package func gradient(wanted: [Int], hasCotangent: [Bool]) throws -> RowProgram {
    let key = GradientKey(program: self, wanted: wanted, hasCotangent: hasCotangent)
    if let known = Self.gradients.withLock({ $0[key] }) { return known }
    let gradient = try derived(wanted: wanted, hasCotangent: hasCotangent)
    Self.gradients.withLock { $0[key] = gradient }
    return gradient
  }

  private struct GradientKey: Hashable {
    var program: RowProgram
    var wanted: [Int]
    var hasCotangent: [Bool]
  }
  private static let gradients = Mutex<[GradientKey: RowProgram]>([:])

  private func derived(wanted: [Int], hasCotangent: [Bool]) throws -> RowProgram {
    func isVector(_ k: Int) -> Bool { if case .vector = results[k] { true } else { false } }
    let present = results.indices.filter { hasCotangent[$0] }
    var b = RowBuilder(
      vectors: vectors + present.count(where: isVector), scalars: scalars + present.count { !isVector($0) })
    var forward: [RowNumber] = []
    /// The vectors of this program in the new one.
    var own = (0..<vectors).map { b.vector($0) }
    for step in steps {
      switch step {
      case .dot(let i, let j): forward.append(b.dot(own[i], own[j]))
      case .vector(let terms, let gate):
        var sum = RowVector()
        for term in terms { sum = b.sum(sum, b.scaled(own[term.vector], forward[term.coefficient])) }
        own.append(b.vector(sum, gate, own))
        forward.append(b.constant(0))
      default: forward.append(b.add(step.mapOperands { forward[$0].step }))
      }
    }
    var adjoint = [RowNumber?](repeating: nil, count: steps.count)
    var vectorAdjoint = [RowVector](repeating: RowVector(), count: own.count)
    var scalarAdjoint = [RowNumber?](repeating: nil, count: scalars)
    func accumulate(_ part: RowNumber, _ k: Int) { adjoint[k] = adjoint[k].map { b.plus($0, part) } ?? part }
    /// Passes the cotangent of a combination on to its coefficients and vectors.
    func spread(_ terms: [RowProgram.Term], _ g: RowVector) {
      for term in terms {
        if case .constant = steps[term.coefficient] {
        } else {
          accumulate(b.dot(g, own[term.vector]), term.coefficient)
        }
        vectorAdjoint[term.vector] = b.sum(vectorAdjoint[term.vector], b.scaled(g, forward[term.coefficient]))
      }
    }
    var (nextVector, nextScalar) = (vectors, scalars)
    for k in present {
      switch results[k] {
      case .vector(let terms):
        spread(terms, b.vector(nextVector))
        nextVector += 1
      case .scalar(let s):
        accumulate(b.scalar(nextScalar), s)
        nextScalar += 1
      }
    }
    var lastVector = own.count
    for k in steps.indices.reversed() {
      if case .vector(let terms, let gate) = steps[k] {
        lastVector -= 1
        // What passes the gate of positive coordinates is positive where that is open.
        let back = gate == .positive ? .vector(lastVector) : gate
        spread(terms, b.vector(vectorAdjoint[lastVector], back, own))
        continue
      }
      guard let a = adjoint[k] else { continue }
      switch steps[k] {
      case .constant, .vector: break
      case .scalar(let s): scalarAdjoint[s] = scalarAdjoint[s].map { b.plus($0, a) } ?? a
      case .dot(let i, let j):
        vectorAdjoint[i] = b.sum(vectorAdjoint[i], b.scaled(own[j], a))
        vectorAdjoint[j] = b.sum(vectorAdjoint[j], b.scaled(own[i], a))
      case .unary(let f, let u):
        let slope = b.number(f.slope(at: .input(0), value: .input(1)), [forward[u], forward[k]])
        accumulate(b.times(a, slope), u)
      case .binary(let f, let x, let y):
        let values = [forward[x], forward[y], forward[k]]
        for (position, operand) in [x, y].enumerated() {
          let part = f.differential(
            .input(0), .input(1), position == 0 ? 1 : 0, position == 0 ? 0 : 1, value: .input(2)
          ).simplified()
          if part == 0 { continue }
          accumulate(b.times(a, b.number(part, values)), operand)
        }
      case .select(let c, let x, let y):
        let zero = b.constant(0)
        accumulate(b.add(.select(forward[c].step, a.step, zero.step)), x)
        accumulate(b.add(.select(forward[c].step, zero.step, a.step)), y)
      }
    }
    for input in wanted {
      if input < vectors {
        b.result(vectorAdjoint[input])
      } else {
        b.result(scalarAdjoint[input - vectors] ?? b.constant(0))
      }
    }
    return try b.program()
  }
}

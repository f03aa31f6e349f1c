/// A function of rows: vectors that enter through their inner products and leave as linear combinations.
///
/// Inputs are vectors v0, v1, … of one length n and scalars s0, s1, …, one of each for every row. The steps compute
/// numbers from the inner products ⟨va, vb⟩ and the scalars, and further vectors Σ cₖ vₖ with coefficients among the
/// numbers, which are numbered after the inputs; a gate makes some of the coordinates of such a vector 0. A result is a
/// combination, or one of the numbers. Möbius addition, exponential and logarithmic maps, gyration, transport, distances,
/// projections and rectified tangent vectors all are of this form, and the form is closed under composition and
/// differentiation.
///
/// The text form counts the steps from 0 and names operands by their number:
///
///     2 1: v0.v1; s0; * 0 1; [2 v0 + 0 v1]; v2.v2; select 0 1 4: 5 v2, 4
///
/// has two vectors and one scalar, six steps (the fourth is the vector v2), a vector result and a scalar result. With
/// gates the fourth would be `[2 v0 + 0 v1 | positive]` or `[2 v0 + 0 v1 | v1]`.
package struct RowProgram: Hashable, Sendable {
  /// One number, or one vector, of every row.
  package enum Step: Hashable, Sendable {
    /// Inner product of two vectors.
    case dot(Int, Int)
    /// A scalar input.
    case scalar(Int)
    /// A constant.
    case constant(Double)
    /// A function of one number.
    case unary(ScalarExpression.Unary, Int)
    /// A function of two numbers.
    case binary(ScalarExpression.Binary, Int, Int)
    /// The second where the first is not 0, else the third.
    case select(Int, Int, Int)
    /// A vector, some of its coordinates 0.
    case vector([Term], Gate)

    /// The steps it reads.
    package var operands: [Int] {
      switch self {
      case .vector(let terms, _): terms.map(\.coefficient)
      case .dot, .scalar, .constant: []
      case .unary(_, let a): [a]
      case .binary(_, let a, let b): [a, b]
      case .select(let c, let a, let b): [c, a, b]
      }
    }

    /// The same step with other operands.
    package func mapOperands(_ f: (Int) -> Int) -> Step {
      switch self {
      case .vector(let terms, let gate):
        .vector(terms.map { Term(coefficient: f($0.coefficient), vector: $0.vector) }, gate)
      case .dot, .scalar, .constant: self
      case .unary(let u, let a): .unary(u, f(a))
      case .binary(let o, let a, let b): .binary(o, f(a), f(b))
      case .select(let c, let a, let b): .select(f(c), f(a), f(b))
      }
    }
  }

  /// A multiple of a vector input.
  package struct Term: Hashable, Sendable {
    /// The step that holds the coefficient.
    package var coefficient: Int
    /// The vector.
    package var vector: Int

    /// A term by its parts.
    package init(coefficient: Int, vector: Int) {
      self.coefficient = coefficient
      self.vector = vector
    }
  }

  /// Which coordinates of a vector stay; the others become 0. A coordinate that is not a number passes every gate.
  package enum Gate: Hashable, Sendable {
    /// All.
    case open
    /// The positive ones.
    case positive
    /// Those where a vector is positive.
    case vector(Int)
  }

  /// What leaves the program.
  package enum Result: Hashable, Sendable {
    /// A linear combination; zero without terms.
    case vector([Term])
    /// A step.
    case scalar(Int)
  }

  /// Number of vector inputs.
  package let vectors: Int
  /// Number of scalar inputs.
  package let scalars: Int
  /// The numbers, each after those it reads.
  package let steps: [Step]
  /// The results, in order.
  package let results: [Result]

  /// A program by its parts; nil when an index is out of range or a step reads a later one.
  package init?(vectors: Int, scalars: Int, steps: [Step], results: [Result]) {
    guard vectors >= 1, scalars >= 0 else { return nil }
    var known = vectors
    var isNumber: [Bool] = []
    for (k, step) in steps.enumerated() {
      guard step.operands.allSatisfy({ (0..<k).contains($0) && isNumber[$0] }) else { return nil }
      isNumber.append(true)
      switch step {
      case .dot(let a, let b):
        guard (0..<known).contains(a), (0..<known).contains(b) else { return nil }
      case .scalar(let s):
        guard (0..<scalars).contains(s) else { return nil }
      case .vector(let terms, let gate):
        guard terms.allSatisfy({ (0..<known).contains($0.vector) }) else { return nil }
        if case .vector(let v) = gate, !(0..<known).contains(v) { return nil }
        known += 1
        isNumber[k] = false
      default: break
      }
    }
    for result in results {
      switch result {
      case .vector(let terms):
        guard
          terms.allSatisfy({
            steps.indices.contains($0.coefficient) && isNumber[$0.coefficient] && (0..<known).contains($0.vector)
          })
        else { return nil }
      case .scalar(let s):
        guard steps.indices.contains(s), isNumber[s] else { return nil }
      }
    }
    self.vectors = vectors
    self.scalars = scalars
    self.steps = steps
    self.results = results
  }

  /// The same inputs with the results at the given positions only. Throws `InternalError`.
  package func narrowed(to positions: [Int]) throws -> RowProgram {
    var b = RowBuilder(vectors: vectors, scalars: scalars)
    let all = b.run(self, (0..<vectors).map { b.vector($0) }, (0..<scalars).map { b.scalar($0) })
    for k in positions where all.indices.contains(k) { b.result(all[k]) }
    return try b.program()
  }

  /// Floating-point operations for one row of length n.
  package func flops(_ n: Int) -> Int {
    var count = results.reduce(0) { if case .vector(let t) = $1 { $0 + 2 * n * t.count } else { $0 } }
    for step in steps {
      switch step {
      case .dot: count += 2 * n
      case .vector(let terms, let gate): count += 2 * n * terms.count + (gate == .open ? 0 : n)
      case .scalar, .constant: break
      default: count += 1
      }
    }
    return count
  }
}

extension RowProgram: CustomStringConvertible {
  /// The text form.
  package var description: String {
    let own = steps.map { step in
      switch step {
      case .dot(let a, let b): "v\(a).v\(b)"
      case .scalar(let s): "s\(s)"
      case .constant(let x): "= \(x)"
      case .unary(let f, let a): "\(f.rawValue) \(a)"
      case .binary(let f, let a, let b): "\(f.rawValue) \(a) \(b)"
      case .select(let c, let a, let b): "select \(c) \(a) \(b)"
      case .vector(let terms, .open): "[\(Self.text(terms))]"
      case .vector(let terms, .positive): "[\(Self.text(terms)) | positive]"
      case .vector(let terms, .vector(let v)): "[\(Self.text(terms)) | v\(v)]"
      }
    }
    let out = results.map { result in
      switch result {
      case .vector(let terms): Self.text(terms)
      case .scalar(let s): "\(s)."
      }
    }
    return "\(vectors) \(scalars): \(own.joined(separator: "; ")): \(out.joined(separator: ", "))"
  }

  private static func text(_ terms: [Term]) -> String {
    terms.isEmpty ? "0" : terms.map { "\($0.coefficient) v\($0.vector)" }.joined(separator: " + ")
  }

  private static func terms(_ text: String) throws(TextError) -> [Term] {
    if text == "0" { return [] }
    var terms: [Term] = []
    for term in text.split(separator: "+") {
      let words = term.trimmed.split(separator: " ")
      guard words.count == 2, let coefficient = Int(words[0]), words[1].first == "v",
        let vector = Int(words[1].dropFirst())
      else { throw TextError("'\(term)' is not a multiple of a vector", at: 0) }
      terms.append(Term(coefficient: coefficient, vector: vector))
    }
    return terms
  }

  /// Reads the text form. Throws `TextError` where it is malformed.
  package static func parse(_ text: String) throws(TextError) -> RowProgram {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { $0.trimmed }
    guard parts.count == 3 else { throw TextError("a row program has three parts", at: 0) }
    let counts = parts[0].split(separator: " ").compactMap { Int($0) }
    guard counts.count == 2 else { throw TextError("a row program begins with two counts", at: 0) }
    var steps: [Step] = []
    for piece in parts[1].split(separator: ";") { steps.append(try step(String(piece.trimmed))) }
    var results: [Result] = []
    for piece in parts[2].split(separator: ",") {
      let piece = piece.trimmed
      if piece.last == ".", let s = Int(piece.dropLast()) {
        results.append(.scalar(s))
      } else {
        results.append(.vector(try terms(piece)))
      }
    }
    guard let program = RowProgram(vectors: counts[0], scalars: counts[1], steps: steps, results: results) else {
      throw TextError("a row program reads what is not there", at: 0)
    }
    return program
  }

  private static func gate(_ text: String) throws(TextError) -> Gate {
    if text == "positive" { return .positive }
    guard text.first == "v", let vector = Int(text.dropFirst()) else {
      throw TextError("'\(text)' is not a gate", at: 0)
    }
    return .vector(vector)
  }

  private static func step(_ text: String) throws(TextError) -> Step {
    if text.first == "[", text.last == "]" {
      let parts = text.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false).map(\.trimmed)
      guard parts.count == 2 else { return .vector(try terms(text.dropFirst().dropLast().trimmed), .open) }
      return .vector(try terms(parts[0]), try gate(parts[1]))
    }
    let words = text.split(separator: " ").map(String.init)
    let numbers = words.dropFirst().compactMap { Int($0) }
    if words.count == 1, let word = words.first {
      if word.first == "s", let s = Int(word.dropFirst()) { return .scalar(s) }
      let sides = word.split(separator: ".")
      if sides.count == 2, sides.allSatisfy({ $0.first == "v" }), let a = Int(sides[0].dropFirst()),
        let b = Int(sides[1].dropFirst())
      {
        return .dot(a, b)
      }
    } else if words.count == 2, words[0] == "=", let x = Double(words[1]), !x.isNaN {
      return .constant(x)
    } else if words.count == 2, numbers.count == 1, let f = ScalarExpression.Unary(rawValue: words[0]) {
      return .unary(f, numbers[0])
    } else if words.count == 3, numbers.count == 2, let f = ScalarExpression.Binary(rawValue: words[0]) {
      return .binary(f, numbers[0], numbers[1])
    } else if words.count == 4, numbers.count == 3, words[0] == "select" {
      return .select(numbers[0], numbers[1], numbers[2])
    }
    throw TextError("'\(text)' is not a step of a row program", at: 0)
  }
}

extension StringProtocol {
  /// Without blanks at both ends.
  fileprivate var trimmed: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}

import GeocIR
import Testing

/// The form that every operation of the ball takes.
@Suite struct RowProgramTests {
  /// Values of a program, one row.
  static func evaluate(_ p: RowProgram, _ vectors: [[Double]], _ scalars: [Double]) -> [[Double]] {
    var numbers: [Double] = []
    var all = vectors
    let n = vectors[0].count
    func combination(_ terms: [RowProgram.Term]) -> [Double] {
      (0..<n).map { e in terms.reduce(0) { $0 + numbers[$1.coefficient] * all[$1.vector][e] } }
    }
    for step in p.steps {
      switch step {
      case .dot(let i, let j): numbers.append(zip(all[i], all[j]).reduce(0) { $0 + $1.0 * $1.1 })
      case .scalar(let s): numbers.append(scalars[s])
      case .constant(let x): numbers.append(x)
      case .unary(let f, let a): numbers.append(f.opcode.value(numbers[a]))
      case .binary(let f, let a, let b): numbers.append(f.opcode.value(numbers[a], numbers[b]))
      case .select(let c, let a, let b): numbers.append(numbers[c] != 0 ? numbers[a] : numbers[b])
      case .vector(let terms, let gate):
        let sum = combination(terms)
        switch gate {
        case .open: all.append(sum)
        case .positive: all.append(sum.map { max(0, $0) })
        case .vector(let v): all.append(zip(sum, all[v]).map { $1 > 0 ? $0 : 0 })
        }
        numbers.append(.nan)
      }
    }
    return p.results.map {
      if case .vector(let terms) = $0 {
        combination(terms)
      } else if case .scalar(let s) = $0 {
        [numbers[s]]
      } else {
        []
      }
    }
  }

  /// Möbius addition with the curvature as a scalar, the norm of the sum beside it.
  static func example() throws -> RowProgram {
    var r = RowBuilder(vectors: 2, scalars: 1)
    let (x, y, c) = (r.vector(0), r.vector(1), r.scalar(0))
    let d = try r.number("1 + 2 * x0 * x1 + x0 * x0 * x2 * x3", c, r.dot(x, y), r.square(x), r.square(y))
    let a = try r.number("(1 + 2 * x0 * x1 + x0 * x2) / x3", c, r.dot(x, y), r.square(y), d)
    let b = try r.number("(1 - x0 * x1) / x2", c, r.square(x), d)
    let sum = r.fixed(r.combination(a, x, b, y))
    r.result(r.scaled(sum, try r.number("atanhc(x0 * x1)", c, r.square(sum))))
    r.result(r.square(sum))
    return try r.program()
  }

  @Test func textReadsBack() throws {
    let program = try Self.example()
    #expect(try RowProgram.parse(program.description) == program)
  }

  /// Gates of both kinds: the cotangent of what a gate lets through passes it too.
  @Test func gatesReadBackAndPassCotangents() throws {
    var r = RowBuilder(vectors: 2, scalars: 0)
    let positive = r.positivePart(r.sum(r.vector(0), r.vector(1)))
    r.result(r.gated(r.scaled(positive, r.square(positive)), by: r.vector(1)))
    let program = try r.program()
    #expect(program.description == "2 0: = 1.0; [0 v0 + 0 v1 | positive]; v2.v2; [2 v2 | v1]: 0 v3")
    #expect(try RowProgram.parse(program.description) == program)
    let vectors = [[0.5, 1, -2, 3], [0.25, -0.5, 1, 1]]
    // (x + y)₊ = [0.75, 0.5, 0, 4], its square 16.8125; y is positive but for the second coordinate.
    #expect(Self.evaluate(program, vectors, []) == [[0.75 * 16.8125, 0, 0, 4 * 16.8125]])
    let gradient = try program.gradient(wanted: [0, 1], hasCotangent: [true])
    let found = Self.evaluate(gradient, vectors + [[1, 1, 1, 1]], [])
    // 2 p ⟨p, g⟩ + ‖p‖² g with ⟨p, g⟩ over what the second gate lets through, behind the first gate.
    let expected = [2 * 0.75 * 4.75 + 16.8125, 2 * 0.5 * 4.75, 0, 2 * 4 * 4.75 + 16.8125]
    #expect(found == [expected, expected])
  }

  @Test(arguments: [
    "1 0: = 1; [0 v0 | v1]: 0 v1", "1 0: = 1; [0 v0 | negative]: 0 v1", "1 0: = 1; [0 v0 | v0 | v0]: 0 v1", "",
    "1 0: v0.v1: 0 v0", "1 0: = 1: 1 v0", "2 0: v0.v2: 0.", "1 0: tanh 0: 0.", "1 0: = x: 0.",
  ])
  func malformedTextIsRefused(_ text: String) {
    #expect(throws: TextError.self) { try RowProgram.parse(text) }
  }

  @Test func equalStepsAreSharedAndUnusedOnesLeftOut() throws {
    var r = RowBuilder(vectors: 1, scalars: 0)
    let x = r.vector(0)
    _ = try r.number("exp(x0)", r.square(x))
    r.result(r.scaled(x, try r.number("x0 * x0 + 0 * x0", r.square(x))))
    #expect(try r.program().description == "1 0: v0.v0; * 0 0: 1 v0")
  }

  @Test func gradientIsThatOfFiniteDifferences() throws {
    let program = try Self.example()
    let gradient = try program.gradient(wanted: [0, 1, 2], hasCotangent: [true, true])
    let vectors = [[0.3, -0.2, 0.1], [0.1, 0.4, -0.3]]
    let (g, s) = ([0.7, -1.1, 0.4], 0.9)
    func value(_ v: [[Double]], _ c: Double) -> Double {
      let out = Self.evaluate(program, v, [c])
      return zip(out[0], g).reduce(0) { $0 + $1.0 * $1.1 } + s * out[1][0]
    }
    let found = Self.evaluate(gradient, vectors + [g], [0.8, s])
    let h = 1e-6
    for k in 0..<2 {
      for e in 0..<3 {
        var (up, down) = (vectors, vectors)
        up[k][e] += h
        down[k][e] -= h
        #expect(abs(found[k][e] - (value(up, 0.8) - value(down, 0.8)) / (2 * h)) < 1e-8)
      }
    }
    #expect(abs(found[2][0] - (value(vectors, 0.8 + h) - value(vectors, 0.8 - h)) / (2 * h)) < 1e-8)
  }

  /// The difference of close vectors is computed, not expanded into products.
  @Test func closeVectorsKeepTheirDifference() throws {
    var r = RowBuilder(vectors: 2, scalars: 0)
    let difference = r.sum(r.vector(0), r.negated(r.vector(1)))
    r.result(r.square(difference))
    let found = Self.evaluate(try r.program(), [[1, 1], [1 + 1e-12, 1]], [])
    #expect(abs(found[0][0] / 1e-24 - 1) < 1e-3)
  }
}

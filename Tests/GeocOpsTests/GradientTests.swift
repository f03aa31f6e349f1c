import GeocIR
import GeocOps
import GeocRuntime
import GeocTensorFiles
import Testing

/// Gradients of core ops and layers against central differences with Richardson extrapolation.
@Suite struct GradientTests {
  @Test(arguments: GradientCase.all) func agreesWithDifferences(gradient: GradientCase) throws {
    let found = try differences(gradient, usesManualBackward: true)
    #expect(found == [])
  }

  @Test(arguments: GradientCase.all) func agreesWithDifferencesThroughBodies(gradient: GradientCase) throws {
    let found = try differences(gradient, usesManualBackward: false)
    #expect(found == [])
  }

  /// Where eigenvalues are repeated, a backward that divides by their gaps gives NaN.
  @Test(arguments: GradientCase.all.filter { $0.testDescription.hasPrefix("spd_") && !$0.name.contains("distance") })
  func agreesAtRepeatedEigenvalues(gradient: GradientCase) throws {
    let found = try differences(gradient, usesManualBackward: true, repeatsEigenvalues: true)
    #expect(found == [])
  }

  private static let batch = 3

  private func differences(
    _ gradient: GradientCase, usesManualBackward: Bool, repeatsEigenvalues: Bool = false
  ) throws -> [String] {
    let f = try gradient.function(usesManualBackward: usesManualBackward)
    let declared = Dictionary(uniqueKeysWithValues: try gradient.parameters().map { ($0.name, $0.type) })
    var numbers = Numbers()
    var inputs: [String: [Double]] = [:]
    for p in f.parameters {
      let type = declared[p.name] ?? f.type(p.value)
      inputs[p.name] = numbers.point(type, isLower: p.name.hasPrefix("lower"), batch: Self.batch, repeatsEigenvalues)
    }
    let cotangent = try #require(inputs["cotangent.y"])
    func run(_ inputs: [String: [Double]]) throws -> [String: Tensor] {
      var tensors: [String: Tensor] = [:]
      for p in f.parameters {
        let shape = f.type(p.value).field
        let full = f.type(p.value).isBatched ? [Self.batch] + shape : shape
        tensors[p.name] = try Tensor(try #require(inputs[p.name]), shape: full)
      }
      return try Interpreter.run(f, inputs: tensors, registry: Catalogue.registry, batch: Self.batch)
    }
    let exact = try run(inputs)
    var problems: [String] = []
    for (name, type) in declared.sorted(by: { $0.key < $1.key }) {
      let found = try #require(exact["grad.\(name)"]).doubles()
      let x = try #require(inputs[name])
      for _ in 0..<2 {
        let direction = numbers.direction(type, isLower: name.hasPrefix("lower"), batch: Self.batch)
        func value(_ h: Double) throws -> Double {
          var moved = inputs
          moved[name] = zip(x, direction).map { $0 + h * $1 }
          return dot(try #require(try run(moved)["y"]).doubles(), cotangent)
        }
        func slope(_ h: Double) throws -> Double {
          (8 * (try value(h) - value(-h)) - (try value(2 * h) - value(-2 * h))) / (12 * h)
        }
        let (coarse, fine) = (try slope(1e-3), try slope(5e-4))
        let expected = fine + (fine - coarse) / 15
        let given = dot(found, direction)
        if !(abs(given - expected) <= 1e-6 * max(1, abs(expected))) {
          problems.append("\(name): \(given), by differences \(expected)")
        }
      }
      let n = type.space.sizes.first ?? 0
      if ["SPD", "Sym"].contains(type.space.name), !isSymmetric(found, n) { problems.append("\(name): not symmetric") }
    }
    return problems
  }

  private func dot(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }

  private func isSymmetric(_ x: [Double], _ n: Int) -> Bool {
    let limit = 1e-12 * (x.map(abs).max() ?? 0)
    return x.indices.allSatisfy { k in
      let (i, j) = (k / n % n, k % n)
      return abs(x[k] - x[k - i * n - j + j * n + i]) <= limit
    }
  }
}

/// Numbers that look random and are the same in every run.
private struct Numbers {
  private var state: UInt64 = 0x2545_F491_4F6C_DD1D

  /// Between −1 and 1.
  mutating func next() -> Double {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Double(Int64(bitPattern: state) >> 11) / 0x1p52
  }

  private func count(_ type: GeoType, _ batch: Int) -> Int {
    Catalogue.registry.spaces.shape(type).reduce(type.isBatched ? batch : 1, *)
  }

  /// A point of `type` for each item.
  mutating func point(_ type: GeoType, isLower: Bool, batch: Int, _ repeatsEigenvalues: Bool) -> [Double] {
    let total = count(type, batch)
    guard type.space.name == "SPD" else {
      var x = direction(type, isLower: isLower, batch: batch)
      let n = type.field.last ?? 1
      if isLower { for k in x.indices where k / n % n == k % n { x[k] += 3 } }
      return x
    }
    let n = type.space.sizes[0]
    var result: [Double] = []
    for item in 0..<(total / (n * n)) {
      // I plus a projector on few directions: all but these eigenvalues are equal, or generic ones.
      let rank = repeatsEigenvalues ? item % 2 : n
      var m = [Double](repeating: 0, count: n * n)
      for i in 0..<n { m[i * n + i] = 0.6 }
      for _ in 0..<rank {
        let v = (0..<n).map { _ in next() }
        for i in 0..<n { for j in 0..<n { m[i * n + j] += v[i] * v[j] } }
      }
      result += m
    }
    return result
  }

  /// A direction in which a point of `type` may move.
  mutating func direction(_ type: GeoType, isLower: Bool, batch: Int) -> [Double] {
    var x = (0..<count(type, batch)).map { _ in next() }
    let isSymmetric = ["SPD", "Sym"].contains(type.space.name)
    guard isLower || isSymmetric else { return x }
    let n = isSymmetric ? type.space.sizes[0] : type.field.last ?? 1
    for k in x.indices {
      let (i, j) = (k / n % n, k % n)
      guard j > i else { continue }
      x[k] = isLower ? 0 : x[k - i * n - j + j * n + i]
    }
    return x
  }
}

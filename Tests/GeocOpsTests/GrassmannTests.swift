import Foundation
import GeocIR
import GeocOps
import GeocPasses
import GeocRuntime
import GeocTensorFiles
import Testing

/// The geodesic step on subspaces without a singular value decomposition.
@Suite struct GrassmannTests {
  private static let registry = Catalogue.registry

  /// Values of the results that `build` makes of unbatched parameters, by name.
  private func run(
    _ values: [(String, [Int], [Double])], dtype: DType = .f64,
    _ build: (inout Builder, [Value]) throws -> [String: Value]
  ) throws -> [String: [Double]] {
    var b = Builder(name: "f", stage: .core, registry: Self.registry)
    let inputs = values.map { b.parameter($0.0, .real($0.1), .param) }
    for (name, value) in try build(&b, inputs).sorted(by: { $0.key < $1.key }) { b.result(name, value) }
    let tensors = try Dictionary(uniqueKeysWithValues: values.map { ($0.0, try Tensor($0.2, shape: $0.1)) })
    let found = try Interpreter.run(b.function, inputs: tensors, registry: Self.registry, dtype: dtype)
    return found.mapValues { $0.doubles() }
  }

  private func numbers(_ count: Int, seed: Double) -> [Double] {
    (0..<count).map { sin(seed + 1.7 * Double($0 * $0 % 97)) }
  }

  /// (x v cos Σ − u sin Σ) vᵀ with u Σ vᵀ = rate (I − x xᵀ) e.
  private func reference(_ b: inout Builder, _ x: Value, _ e: Value, _ rate: Value) throws -> Value {
    let h = try b.mul(try b.sub(e, try b.matmul(x, try b.matmul(x, e, ta: true))), rate)
    let r = try b.node("svd", [h])
    var row = b.shape(r[1])
    row.insert(1, at: row.count - 1)
    let s = try b.reshape(r[1], row)
    let turned = try b.mul(try b.matmul(x, r[2], tb: true), try b.map("cos(x0)", [s]))
    return try b.matmul(try b.sub(turned, try b.mul(r[0], try b.map("sin(x0)", [s]))), r[2])
  }

  /// Angles from next to nothing to many turns, and numbers of matrices that do not fill the lanes.
  @Test(arguments: [(1, 7, 3, 0.1), (3, 9, 1, 0.5), (9, 6, 6, 1.0), (17, 12, 4, 3.0), (2, 40, 8, 40.0), (5, 8, 2, 0.0)])
  func followsTheGeodesic(_ fields: Int, _ n: Int, _ k: Int, _ rate: Double) throws {
    let shape = [fields, n, k]
    let count = fields * n * k
    let found = try run([
      ("z", shape, numbers(count, seed: 1)), ("e", shape, numbers(count, seed: 2)), ("rate", [], [rate]),
    ]) { b, v in
      let x = try b.one("qr", [v[0]])
      let y = try b.one("grassmann_geodesic", [x, v[1], v[2]])
      let drift = try b.sub(try b.matmul(y, y, ta: true), try b.broadcast(try b.identity(k), [fields, k, k]))
      return ["y": y, "wanted": try reference(&b, x, v[1], v[2]), "drift": drift]
    }
    let worst = zip(try #require(found["y"]), try #require(found["wanted"])).map { abs($0 - $1) }.max() ?? 1
    #expect(worst < 1e-13 * max(1, 100 * rate * rate), "\(worst)")
    #expect(try #require(found["drift"]).map(abs).max() ?? 1 < 1e-13 * max(1, 100 * rate * rate))
  }

  /// Rank one, equal singular values and no motion at all, where a decomposition has nothing to hold on to.
  @Test func takesDegenerateTangents() throws {
    let (n, k) = (6, 3)
    var x = [Double](repeating: 0, count: 3 * n * k)
    var e = x
    for field in 0..<3 {
      for j in 0..<k { x[(field * n + j) * k + j] = 1 }
    }
    for j in 0..<k { e[(k + j) * k + j] = 2 }  // equal
    e[(n + 4) * k + 1] = 3  // rank one; the third is 0
    let found = try run([("x", [3, n, k], x), ("e", [3, n, k], e), ("rate", [], [0.25])]) { b, v in
      ["y": try b.one("grassmann_geodesic", v)]
    }
    let y = try #require(found["y"])
    for j in 0..<k {
      #expect(abs(y[j * k + j] - cos(0.5)) < 1e-15 && abs(y[(k + j) * k + j] + sin(0.5)) < 1e-15)
    }
    #expect(abs(y[(n + 1) * k + 1] - cos(0.75)) < 1e-15 && abs(y[(n + 4) * k + 1] + sin(0.75)) < 1e-15)
    #expect(Array(y[(2 * n * k)...]) == Array(x[(2 * n * k)...]))
  }

  /// A basis that drifted becomes orthonormal in the steps that are due, without turning a column over.
  @Test(arguments: [DType.f64, .f32]) func refreshesTheBasis(_ dtype: DType) throws {
    let shape = [3, 8, 4]
    let z = numbers(96, seed: 3)
    for (step, isDue) in [(1.0, true), (2.0, false), (5.0, false), (6.0, true), (11.0, true)] {
      let found = try run(
        [("z", shape, z), ("noise", shape, numbers(96, seed: 4)), ("step", [], [step])], dtype: dtype
      ) { b, v in
        let x = try b.one("qr", [v[0]])
        let bent = try b.map("x0 + 0.001 * x1", [x, v[1]])
        let still = try b.fill(shape, 0)
        let y = try b.one(
          "grassmann_geodesic", [bent, still, try b.fill([], 0.1), v[2]], ["every": .int(5)])
        let drift = try b.sub(try b.matmul(y, y, ta: true), try b.broadcast(try b.identity(4), [3, 4, 4]))
        return ["drift": drift, "moved": try b.sub(y, x), "qr": try b.sub(y, try b.one("qr", [bent]))]
      }
      let exact = dtype == .f64 ? 1e-14 : 1e-6
      #expect((try #require(found["drift"]).map(abs).max() ?? 1 < exact) == isDue)
      #expect(try #require(found["moved"]).map(abs).max() ?? 1 < 0.01)
      #expect((try #require(found["qr"]).map(abs).max() ?? 1 < 10 * exact) == isDue)
    }
  }

  @Test func startsAsTheReference() throws {
    let oracle = try Oracle("gcr/init")
    let (c, n, k) = (Int(oracle.real("num_classes")), Int(oracle.real("in_features")), Int(oracle.real("subspace_dim")))
    let normal = try oracle.tensor("in.normal").doubles()
    for signs in ["lapack", "positive"] {
      let found = try run([("z", [c, k, n], normal)]) { b, v in
        let q = try b.one("qr", [try b.transpose(v[0])], ["signs": .name(signs)])
        return ["rows": try b.transpose(q), "projector": try b.matmul(q, q, tb: true)]
      }
      let projector = try Tensor(try #require(found["projector"]), shape: [c, n, n])
      #expect(try oracle.differences(projector, from: "out.projector") == [])
      let rows = try oracle.differences(try Tensor(try #require(found["rows"]), shape: [c * k, n]), from: "out.weight")
      #expect(rows.isEmpty == (signs == "lapack"))
    }
  }
}

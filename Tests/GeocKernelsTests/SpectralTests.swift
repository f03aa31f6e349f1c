import GeocKernelABI
import GeocKernels
import Glibc
import Testing

/// Spectral functions of matrices with a known decomposition, and their gradients against central differences.
@Suite struct SpectralTests {
  struct Function: Sendable, CustomTestStringConvertible {
    var name: String
    var reals: [Double]
    var value: @Sendable (Double) -> Double
    var spectrum: ClosedRange<Double> = 0.2...3
    var testDescription: String { name }
  }

  static let functions: [Function] = [
    Function(name: "log", reals: [1, 2, 0, 0], value: { log($0) }),
    Function(name: "exp", reals: [1, 3, 0, 0], value: { exp($0) }, spectrum: -3...2),
    Function(name: "max", reals: [1, 1, 0.7, 0], value: { max($0, 0.7) }),
    Function(name: "abs", reals: [1, 5, 0, 0], value: { abs($0) }, spectrum: -2...2),
    Function(name: "sqrt", reals: [1, 4, 0.5, 0], value: { $0.squareRoot() }),
    Function(name: "inverse sqrt", reals: [1, 4, -0.5, 0], value: { 1 / $0.squareRoot() }),
    Function(name: "inverse", reals: [1, 4, -1, 0], value: { 1 / $0 }),
    Function(name: "square", reals: [1, 4, 2, 0], value: { $0 * $0 }, spectrum: -2...2),
    Function(name: "cube", reals: [1, 4, 3, 0], value: { $0 * $0 * $0 }, spectrum: -2...2),
    Function(name: "fourth", reals: [1, 4, 4, 0], value: { $0 * $0 * $0 * $0 }, spectrum: -2...2),
    Function(name: "power 0.3", reals: [1, 4, 0.3, 0], value: { pow($0, 0.3) }),
    Function(name: "power -1.7", reals: [1, 4, -1.7, 0], value: { pow($0, -1.7) }),
    Function(name: "log max", reals: [2, 1, 0.7, 0, 2, 0, 0], value: { log(max($0, 0.7)) }),
    Function(
      name: "exp affine log", reals: [3, 2, 0, 0, 6, 0.5, 0.25, 3, 0, 0],
      value: { exp(0.5 * log($0) + 0.25) }),
  ]

  private func decompositions(_ f: Function, _ n: Int) -> (w: [[Double]], u: [[Double]]) {
    var random = SplitMix(seed: 17)
    var w: [[Double]] = []
    var u: [[Double]] = []
    for item in 0..<11 {
      // Items 3 and 4 have repeated and nearly repeated eigenvalues.
      w.append(
        (0..<n).map { k in
          let middle = (f.spectrum.lowerBound + f.spectrum.upperBound) / 2 + 0.11
          return switch item {
          case 3: middle
          case 4: middle * (1 + 1e-12 * Double(k))
          default: random.next(in: f.spectrum)
          }
        })
      u.append(TestMatrices.orthogonal(n, &random))
    }
    return (w, u)
  }

  @Test(arguments: functions, [2, 5, 8]) func rebuilds(_ f: Function, _ n: Int) throws {
    let (w, u) = decompositions(f, n)
    let result = try #require(
      KernelHarness(name: "spectral", sizes: [1, n], reals: f.reals)
        .run([.batched(w), .batched(u)], outputs: [n * n]))
    let mapped = try #require(
      KernelHarness(name: "spectral_map", sizes: [n], reals: f.reals).run([.batched(w)], outputs: [n]))
    #expect(result.fault.kind == 0)
    for item in w.indices {
      for i in 0..<n {
        #expect(
          (mapped.outputs[0][item][i] - f.value(w[item][i])).magnitude <= 1e-13 * (1 + f.value(w[item][i]).magnitude))
        for j in 0..<n {
          var exact = 0.0
          for k in 0..<n { exact += u[item][i * n + k] * f.value(w[item][k]) * u[item][j * n + k] }
          let y = result.outputs[0][item]
          #expect((y[i * n + j] - exact).magnitude <= 1e-13 * (1 + exact.magnitude) * 20, "\(item) \(i) \(j)")
          #expect(y[i * n + j] == y[j * n + i])
        }
      }
    }
  }

  /// The divided difference in 80 bits, or the derivative by a symmetric difference when the arguments meet.
  private func difference(_ f: Function, _ a: Double, _ b: Double) -> Double {
    if (a - b).magnitude > 1e-4 { return (f.value(a) - f.value(b)) / (a - b) }
    let x = (a + b) / 2
    let h = 1e-4
    let near = (f.value(x + h) - f.value(x - h)) / (2 * h)
    let far = (f.value(x + 2 * h) - f.value(x - 2 * h)) / (4 * h)
    return (4 * near - far) / 3
  }

  @Test(arguments: functions, [2, 5, 8]) func pullsGradientsBack(_ f: Function, _ n: Int) throws {
    let (w, u) = decompositions(f, n)
    var random = SplitMix(seed: 29)
    let dy = w.map { _ in (0..<(n * n)).map { _ in random.next(in: -1...1) } }
    let wide = try #require(
      KernelHarness(name: "spectral_vjp", sizes: [1, n], reals: f.reals)
        .run([.batched(w), .batched(u), .batched(dy)], outputs: [n * n]))
    let narrow = try #require(
      KernelHarness(name: "spectral_vjp", precision: .f32, sizes: [1, n], reals: f.reals)
        .run([.batched(w), .batched(u), .batched(dy)], outputs: [n * n]))
    for item in w.indices {
      let exact = reference(w[item], u[item], dy[item], n) { difference(f, $0, $1) }
      let scale = exact.map(\.magnitude).max() ?? 1
      let y = wide.outputs[0][item]
      for i in 0..<n {
        for j in 0..<n {
          #expect((y[i * n + j] - exact[i * n + j]).magnitude <= 1e-8 * (scale + 1), "item \(item)")
          #expect(y[i * n + j] == y[j * n + i])
          #expect((narrow.outputs[0][item][i * n + j] - exact[i * n + j]).magnitude <= 1e-4 * (scale + 1))
        }
      }
    }
  }

  /// `U(K ⊙ (Uᵀ sym(dy) U))Uᵀ` by the definition.
  private func reference(
    _ w: [Double], _ u: [Double], _ dy: [Double], _ n: Int, _ kernel: (Double, Double) -> Double
  ) -> [Double] {
    var inner = [Double](repeating: 0, count: n * n)
    for k in 0..<n {
      for l in 0..<n {
        var sum = 0.0
        for i in 0..<n {
          for j in 0..<n {
            let mean = (dy[i * n + j] + dy[j * n + i]) / 2
            sum += u[i * n + k] * mean * u[j * n + l]
          }
        }
        inner[k * n + l] = sum * kernel(w[k], w[l])
      }
    }
    var result = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      for j in 0..<n {
        var sum = 0.0
        for k in 0..<n {
          for l in 0..<n { sum += u[i * n + k] * inner[k * n + l] * u[j * n + l] }
        }
        result[i * n + j] = sum
      }
    }
    return result
  }

  @Test func faultNamesTheEigenvalueItemAndField() throws {
    let n = 3
    var random = SplitMix(seed: 1)
    let u = (0..<10).map { _ in TestMatrices.orthogonal(n, &random) + TestMatrices.orthogonal(n, &random) }
    var w = (0..<10).map { _ in [1.0, 2, 3, 1, 2, 3] }
    w[9][4] = -0.25
    let result = try #require(
      KernelHarness(name: "spectral", sizes: [2, n], reals: [2, 6, 2, 0, 2, 0, 0])
        .run([.batched(w), .batched(u)], outputs: [2 * n * n]))
    #expect(result.fault.kind == KernelFault.Kind.eigenvalueOutsideDomain.rawValue)
    #expect(result.fault.item == 9)
    #expect(result.fault.field == 1)
    #expect(result.fault.value == -0.25)
  }

  @Test(arguments: [0.3, -0.8, 1, 0, 2], [false, true]) func powersWithAnExponentOperand(
    _ theta: Double, _ isBatched: Bool
  ) throws {
    let n = 4
    let f = Function(name: "power", reals: [1, 4, theta, 0], value: { pow($0, theta) })
    let (w, u) = decompositions(f, n)
    var random = SplitMix(seed: 3)
    let dy = w.map { _ in (0..<(n * n)).map { _ in random.next(in: -1...1) } }
    let p: KernelHarness.Input = isBatched ? .batched(w.map { _ in [theta] }) : .unbatched([theta])
    let y = try #require(
      KernelHarness(name: "spectral_power", sizes: [1, n]).run([.batched(w), .batched(u), p], outputs: [n * n]))
    let dx = try #require(
      KernelHarness(name: "spectral_power_vjp", sizes: [1, n])
        .run([.batched(w), .batched(u), p, .batched(dy)], outputs: [n * n]))
    let dp = try #require(
      KernelHarness(name: "spectral_power_dp", sizes: [1, n])
        .run([.batched(w), .batched(u), p, .batched(dy)], outputs: [1]))
    for item in w.indices {
      let gradient = reference(w[item], u[item], dy[item], n) { difference(f, $0, $1) }
      var exponentGradient = 0.0
      for i in 0..<n {
        for j in 0..<n {
          var exact = 0.0
          var derivative = 0.0
          for k in 0..<n {
            let outer = u[item][i * n + k] * u[item][j * n + k]
            exact += outer * pow(w[item][k], theta)
            derivative += outer * pow(w[item][k], theta) * log(w[item][k])
          }
          exponentGradient += derivative * dy[item][i * n + j]
          #expect((y.outputs[0][item][i * n + j] - exact).magnitude <= 1e-12)
          #expect((dx.outputs[0][item][i * n + j] - gradient[i * n + j]).magnitude <= 1e-7)
        }
      }
      #expect((dp.outputs[0][item][0] - exponentGradient).magnitude <= 1e-12)
    }
  }
}

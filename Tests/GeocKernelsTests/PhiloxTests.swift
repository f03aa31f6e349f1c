import GeocKernelABI
import GeocKernels
import Testing

@Suite struct PhiloxTests {
  @Test func knownAnswers() {
    // The vectors of Random123 for philox4x32-10.
    #expect(
      PhiloxUniform.block(counter: (0, 0, 0, 0), key: (0, 0)) == (0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    let ones = UInt32.max
    #expect(
      PhiloxUniform.block(counter: (ones, ones, ones, ones), key: (ones, ones))
        == (0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    #expect(
      PhiloxUniform.block(
        counter: (0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), key: (0xa409_3822, 0x299f_31d0))
        == (0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test func numbersDependOnTheItemAlone() throws {
    let bench = KernelBench(sizes: [7, 3], seed: 42, step: 5)
    let wide = try bench.run("random_uniform", .f64, batch: 40, [], outputs: [7]).outputs[0]
    let narrow = try bench.run("random_uniform", .f64, batch: 3, [], outputs: [7]).outputs[0]
    let single = try bench.run("random_uniform", .single64, batch: 40, [], outputs: [7]).outputs[0]
    let floats = try bench.run("random_uniform", .f32, batch: 40, [], outputs: [7]).outputs[0]
    #expect(Array(wide[0..<3]) == narrow)
    #expect(wide == single)
    #expect(Set(wide.flatMap { $0 }).count == 280)
    for (x, y) in zip(wide.joined(), floats.joined()) {
      #expect(x >= 0 && x < 1)
      #expect(y == (x * 0x1p24).rounded(.down) * 0x1p-24)
    }
    for other in [
      KernelBench(sizes: [7, 4], seed: 42, step: 5), KernelBench(sizes: [7, 3], seed: 43, step: 5),
      KernelBench(sizes: [7, 3], seed: 42, step: 6),
    ] {
      let numbers = try other.run("random_uniform", .f64, batch: 3, [], outputs: [7]).outputs[0]
      #expect(Set(numbers.joined()).isDisjoint(with: wide.joined()))
    }
  }

  @Test func momentsAndOrder() {
    var generator = Philox(seed: 1)
    let count = 20_000
    let uniform = (0..<count).map { _ in generator.uniform() }
    let mean = uniform.reduce(0, +) / Double(count)
    #expect((mean - 0.5).magnitude < 0.01)
    let normal = (0..<count).map { _ in generator.normal() }
    #expect((normal.reduce(0, +) / Double(count)).magnitude < 0.03)
    #expect((normal.reduce(0) { $0 + $1 * $1 } / Double(count) - 1).magnitude < 0.05)
    let order = generator.permutation(100)
    #expect(order.sorted() == Array(0..<100))
    #expect(order != Array(0..<100))
    var same = Philox(seed: 1)
    #expect(same.uniform() == uniform[0])
    var counts = [Int](repeating: 0, count: 5)
    for _ in 0..<5000 { counts[generator.index(below: 5)] += 1 }
    #expect(counts.allSatisfy { $0 > 850 && $0 < 1150 })
  }
}

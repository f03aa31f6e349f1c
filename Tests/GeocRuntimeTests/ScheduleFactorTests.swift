import Foundation
import GeocIR
import Testing

@testable import GeocRuntime

@Suite struct ScheduleFactorTests {
  typealias Schedule = TrainingDescription.Schedule

  func factors(_ schedule: Schedule, steps: Int, perEpoch: Int) -> [Double] {
    (0..<steps).map {
      schedule.factor(step: $0, total: steps, epoch: $0 / perEpoch, epochs: (steps + perEpoch - 1) / perEpoch)
    }
  }

  func expect(_ found: [Double], _ wanted: [Double]) {
    #expect(found.count == wanted.count)
    for (a, b) in zip(found, wanted) { #expect(abs(a - b) < 1e-14) }
  }

  @Test func constantAndStep() {
    expect(factors(.constant, steps: 3, perEpoch: 1), [1, 1, 1])
    expect(factors(.step(every: 2, gamma: 0.1), steps: 6, perEpoch: 1), [1, 1, 0.1, 0.1, 0.01, 0.01])
  }

  @Test func cosineByEpoch() {
    expect(
      factors(.cosine(floor: 0), steps: 8, perEpoch: 2),
      [0, 0, 1, 1, 2, 2, 3, 3].map { (1 + cos(Double.pi * $0 / 4)) / 2 })
    expect(factors(.cosine(floor: 0.2), steps: 2, perEpoch: 1), [1, 0.2 + 0.8 * 0.5])
  }

  @Test func warmUpThenTheOther() {
    expect(
      factors(.warmUp(steps: 4, start: 0.2, then: .step(every: 1, gamma: 0.5)), steps: 6, perEpoch: 6),
      [0.2, 0.4, 0.6, 0.8, 1, 1])
  }

  @Test func coolDownOverTheLastPart() {
    let found = factors(.coolDown(fraction: 0.45, floor: 0.1), steps: 100, perEpoch: 10)
    expect(
      found,
      (0..<100).map {
        let s = Double($0) / 100
        let w = (1 - s) / 0.45
        return s > 0.55 ? w + 0.1 * (1 - w) : 1
      })
    #expect(found[55] == 1 && found[99] < 0.13)
  }
}

import GeocIR
import Glibc

extension TrainingDescription.Schedule {
  /// The factor on the base rate at optimizer step `step` (from 0) of `total`, in epoch `epoch` (from 0) of `epochs`.
  package func factor(step: Int, total: Int, epoch: Int, epochs: Int) -> Double {
    switch self {
    case .constant: return 1
    case .step(let every, let gamma): return pow(gamma, Double(epoch / max(1, every)))
    case .cosine(let floor):
      let phase = Double(epoch) / Double(max(1, epochs))
      return floor + (1 - floor) * (1 + cos(Double.pi * phase)) / 2
    case .warmUp(let steps, let start, let then):
      if step < steps { return start + (1 - start) * Double(step) / Double(max(1, steps)) }
      return then.factor(step: step - steps, total: total - steps, epoch: epoch, epochs: epochs)
    case .coolDown(let fraction, let floor):
      let s = Double(step) / Double(max(1, total))
      guard fraction > 0, s > 1 - fraction else { return 1 }
      let w = (1 - s) / fraction
      return w + floor * (1 - w)
    }
  }
}

import GeocKernelABI

/// `cross_entropy`, sizes [n]: logits [n], label [1] → loss [1] = ln Σ e^z - z_label, probabilities [n].
///
/// The label is a class index as a real number. Faults: `labelOutOfRange` when it is not one of 0 … n-1; the loss of
/// that item is then a NaN.
enum CrossEntropy: LaneKernel {
  static var name: String { "cross_entropy" }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let n = call.sizes[0]
    for group in 0..<call.groups {
      let z = call.source(0, group: group, as: V.self)
      let label = call.source(1, group: group, as: V.self)[0]
      let loss = call.lanes(2, group: group, as: V.self)
      let probabilities = call.lanes(3, group: group, as: V.self)
      var picked = V.splat(V.Scalar.nan)
      for i in 0..<n { picked = V.select(label .== V.constant(Double(i)), z[i], picked) }
      let (sum, top) = ExponentialRow.write(z, probabilities, n: n)
      loss[0] = V.log(sum) + (top - picked)
      let scale = V.one / sum
      for i in 0..<n { probabilities[i] *= scale }
      check(call, group: group, classes: n, as: V.self)
    }
  }

  private static func check<V: Lanes>(_ call: KernelCall, group: Int, classes: Int, as _: V.Type) {
    let labels = call.scalars(1, group: group, as: V.self)
    for lane in 0..<(call.operands[1].isBatched ? V.count : 1) {
      let label = Double(labels[lane])
      if label >= 0 && label < Double(classes) && label == label.rounded(.towardZero) { continue }
      call.record(
        .labelOutOfRange, item: call.item(group: group, lane: lane, as: V.self), field: 0, value: label)
      return
    }
  }
}

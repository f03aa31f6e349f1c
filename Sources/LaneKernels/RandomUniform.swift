import GeocKernelABI

/// `random_uniform`, sizes [E, stream]: any inputs, not read → y [E], uniform in [0, 1).
///
/// Element e of item i is number e of `PhiloxUniform` for (seed, step, stream, i): independent of chunks and threads.
/// In f32 it is the f64 number with the bits beyond 24 cut off.
enum RandomUniform: LaneKernel {
  static var name: String { "random_uniform" }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let elements = call.sizes[0]
    for group in 0..<call.groups {
      let y = call.scalars(call.inputCount, group: group, as: V.self)
      for lane in 0..<V.count {
        let source = PhiloxUniform(
          seed: call.seed, step: call.step, stream: call.sizes[1],
          item: call.item(group: group, lane: lane, as: V.self))
        for pair in stride(from: 0, to: elements, by: 2) {
          let words = source.words(pair: pair / 2)
          y[pair * V.count + lane] = number(words.0, words.1, as: V.self)
          if pair + 1 < elements { y[(pair + 1) * V.count + lane] = number(words.2, words.3, as: V.self) }
        }
      }
    }
  }

  @inline(always)
  private static func number<V: Lanes>(_ high: UInt32, _ low: UInt32, as _: V.Type) -> V.Scalar {
    if V.Scalar.self == Float.self { return V.Scalar(high >> 8) * V.Scalar(0x1p-24) }
    return V.Scalar(PhiloxUniform.double(high, low))
  }
}

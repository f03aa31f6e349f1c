import GeocKernelABI

/// `ramp`, sizes [count]: no input → y [count] = 0, 1, …, count − 1.
enum Ramp: LaneKernel {
  static var name: String { "ramp" }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    for group in 0..<call.groups {
      let y = call.lanes(call.inputCount, group: group, as: V.self)
      for k in 0..<call.sizes[0] { y[k] = .splat(V.Scalar(k)) }
    }
  }
}

/// `batch_size`, no sizes: no input → y, the number of items in the whole batch.
enum BatchSize: LaneKernel {
  static var name: String { "batch_size" }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    for group in 0..<call.groups {
      call.lanes(call.inputCount, group: group, as: V.self)[0] = .splat(V.Scalar(call.batch))
    }
  }
}

import GeocKernelABI

/// `sym`, sizes [F, n]: x [F,n,n] → (x + xᵀ)/2, exactly symmetric.
enum Symmetrise: LaneKernel {
  static var name: String { "sym" }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let fields = call.sizes[0]
    let n = call.sizes[1]
    let half = V.constant(0.5)
    for group in 0..<call.groups {
      let x = call.source(0, group: group, as: V.self)
      let y = call.lanes(1, group: group, as: V.self)
      for field in 0..<fields {
        let base = field * n * n
        for i in 0..<n {
          for j in 0...i {
            let mean = (x[base + i * n + j] + x[base + j * n + i]) * half
            y[base + i * n + j] = mean
            y[base + j * n + i] = mean
          }
        }
      }
    }
  }
}

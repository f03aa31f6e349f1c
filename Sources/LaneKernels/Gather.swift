import GeocKernelABI

/// `gather`, sizes [outCount, inCount, weighted, index × outCount], reals c × outCount when `weighted` is 1:
/// x [inCount] → y [outCount], y_e = c_e x[index_e], and 0 where the index is -1.
enum Gather: LaneKernel {
  static var name: String { "gather" }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    for group in 0..<call.groups {
      if V.count == 1 || call.operands[0].isBatched {
        gather(call, LaneElements<V>(call, operand: 0, group: group), group: group)
      } else {
        gather(call, SplatElements<V>(call, operand: 0, group: group), group: group)
      }
    }
  }

  @inline(always)
  private static func gather<X: ElementSource>(_ call: KernelCall, _ x: X, group: Int) {
    typealias V = X.Vector
    let y = call.lanes(1, group: group, as: V.self)
    let count = call.sizes[0]
    let indices = call.sizes + 3
    if call.sizes[2] != 0 {
      for e in 0..<count { y[e] = indices[e] < 0 ? V.zero : V.constant(call.reals[e]) * x[indices[e]] }
    } else {
      for e in 0..<count { y[e] = indices[e] < 0 ? V.zero : x[indices[e]] }
    }
  }
}

/// `scatter_add`, sizes [outCount, inCount, weighted, index × inCount], reals c × inCount when `weighted` is 1:
/// x [inCount] → y [outCount], y = 0, then y[index_e] += c_e x_e in the order of e. The adjoint of `gather`.
enum ScatterAdd: LaneKernel {
  static var name: String { "scatter_add" }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let (outCount, inCount) = (call.sizes[0], call.sizes[1])
    let isWeighted = call.sizes[2] != 0
    let indices = call.sizes + 3
    for group in 0..<call.groups {
      let x = call.source(0, group: group, as: V.self)
      let y = call.lanes(1, group: group, as: V.self)
      for e in 0..<outCount { y[e] = V.zero }
      for e in 0..<inCount where indices[e] >= 0 {
        if isWeighted {
          y[indices[e]] = V.fma(V.constant(call.reals[e]), x[e], y[indices[e]])
        } else {
          y[indices[e]] += x[e]
        }
      }
    }
  }
}

/// `concat`, sizes [outer, inner0, inner1, …]: inputs [outer, inner_k] → y [outer, Σ inner_k].
enum Concat: LaneKernel {
  static var name: String { "concat" }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let inputs = call.inputCount
    var width = 0
    for k in 0..<inputs { width += call.sizes[1 + k] }
    for group in 0..<call.groups {
      let y = call.lanes(inputs, group: group, as: V.self)
      var start = 0
      for k in 0..<inputs {
        let x = call.source(k, group: group, as: V.self)
        let inner = call.sizes[1 + k]
        for o in 0..<call.sizes[0] {
          for i in 0..<inner { y[o * width + start + i] = x[o * inner + i] }
        }
        start += inner
      }
    }
  }
}

/// `copy`, sizes [E]: x [E] → y [E]; an unbatched x is repeated for every item of a batched y.
enum Copy: LaneKernel {
  static var name: String { "copy" }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    for group in 0..<call.groups {
      let x = call.source(0, group: group, as: V.self)
      let y = call.lanes(1, group: group, as: V.self)
      for e in 0..<call.sizes[0] { y[e] = x[e] }
    }
  }
}

import GeocIR

/// How operands of different shapes meet: NumPy's rule, right-aligned, an axis of length 1 repeats.
enum Broadcasting {
  /// The common shape, or nil when two axes disagree.
  static func shape(_ shapes: [[Int]]) -> [Int]? {
    var result: [Int] = []
    let rank = shapes.map(\.count).max() ?? 0
    for axis in 0..<rank {
      var size = 1
      for shape in shapes {
        let at = axis - (rank - shape.count)
        guard at >= 0, shape[at] != 1 else { continue }
        guard size == 1 || size == shape[at] else { return nil }
        size = shape[at]
      }
      result.append(size)
    }
    return result
  }

  /// Strides of an operand in the common shape, 0 on repeated axes.
  static func strides(_ shape: [Int], in common: [Int]) -> [Int] {
    var strides = [Int](repeating: 0, count: common.count)
    var step = 1
    for back in 0..<shape.count {
      let size = shape[shape.count - 1 - back]
      strides[common.count - 1 - back] = size == 1 ? 0 : step
      step *= size
    }
    return strides
  }

  /// Merges neighbouring axes that all operands run through without a break; at least one axis is left.
  static func collapsed(_ dims: [Int], _ strides: [[Int]]) -> (dims: [Int], strides: [[Int]]) {
    var outDims: [Int] = []
    var outStrides = strides.map { _ in [Int]() }
    for axis in dims.indices where dims[axis] != 1 {
      if let last = outDims.last,
        strides.indices.allSatisfy({ outStrides[$0][outDims.count - 1] == strides[$0][axis] * dims[axis] })
      {
        outDims[outDims.count - 1] = last * dims[axis]
        for k in strides.indices { outStrides[k][outDims.count - 1] = strides[k][axis] }
      } else {
        outDims.append(dims[axis])
        for k in strides.indices { outStrides[k].append(strides[k][axis]) }
      }
    }
    if outDims.isEmpty { return ([1], strides.map { _ in [0] }) }
    return (outDims, outStrides)
  }

  /// Field index of an operand as `(f / div) % mod` in a common leading shape; nil when the pattern is not of that form.
  static func fieldMapping(_ own: [Int], in common: [Int]) -> (div: Int, mod: Int)? {
    let (_, strides) = collapsed(common, [strides(own, in: common)])
    let (dims, _) = collapsed(common, [self.strides(own, in: common)])
    let moving = strides[0].indices.filter { strides[0][$0] != 0 }
    guard let axis = moving.first else { return (1, 1) }
    guard moving.count == 1, strides[0][axis] == 1 else { return nil }
    return (dims[(axis + 1)...].reduce(1, *), dims[axis])
  }
}

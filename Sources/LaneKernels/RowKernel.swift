import GeocKernelABI

/// `row`, sizes as `RowLayout`: vectors […, n] and scalars […, 1] → vectors […, n] and scalars […, 1], a row program on
/// every row. One pass over memory: inner products, scalar program, linear combinations, a few rows at a time.
enum RowKernel: LaneKernel {
  static var name: String { "row" }
  static func workspace(_ sizes: [Int]) -> Int { rowWorkspace(sizes) }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    for group in 0..<call.groups { RowRun<V>(call, group: group).run(.store) }
  }
}

/// `row_sum`, sizes as `RowLayout`: as `row`, summed over the rows and the items of the chunk: vectors [n] and scalars
/// [1], unbatched.
enum RowSumKernel: LaneKernel {
  static var name: String { "row_sum" }
  static func workspace(_ sizes: [Int]) -> Int { rowWorkspace(sizes) }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let first = RowRun<V>(call, group: 0)
    first.clearSums()
    for group in 0..<call.groups {
      let valid = V.count == 1 ? 1 : call.validLanes(group: group, as: V.self)
      let mask = valid < V.count ? firstLanes(valid, as: V.self) : V.zero .== V.zero
      RowRun<V>(call, group: group).run(.accumulate(mask))
    }
    first.writeSums()
  }
}

private func rowWorkspace(_ sizes: [Int]) -> Int {
  sizes.withUnsafeBufferPointer { $0.baseAddress.map { RowLayout($0).scratch } ?? 0 }
}

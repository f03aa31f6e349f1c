import GeocKernelABI

/// `row`, sizes as `RowLayout`: vectors […, n] and scalars […, 1] → vectors […, n] and scalars […, 1], a row program on
/// every row. One pass over memory: inner products, scalar program, linear combinations, a few rows at a time.
enum RowKernel: LaneKernel {
  static var name: String { "row" }
  static func workspace(_ sizes: [Int]) -> Int { rowWorkspace(sizes) }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    switch call.sizes[0] {
    case 4: store(call, as: V.self, RowsOfFour.self)
    case 8: store(call, as: V.self, RowsOfEight.self)
    case 16: store(call, as: V.self, RowsOfSixteen.self)
    default: store(call, as: V.self, RowsOfAnyLength.self)
    }
  }

  private static func store<V: Lanes, L: RowLength>(_ call: KernelCall, as _: V.Type, _: L.Type) {
    RowRun<V, L>(call).run(.store, groups: 0..<call.groups)
  }
}

/// `row_sum`, sizes as `RowLayout`: as `row`, summed over the rows and the items of the chunk: vectors [n] and scalars
/// [1], unbatched.
enum RowSumKernel: LaneKernel {
  static var name: String { "row_sum" }
  static func workspace(_ sizes: [Int]) -> Int { rowWorkspace(sizes) }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    switch call.sizes[0] {
    case 4: sum(call, as: V.self, RowsOfFour.self)
    case 8: sum(call, as: V.self, RowsOfEight.self)
    case 16: sum(call, as: V.self, RowsOfSixteen.self)
    default: sum(call, as: V.self, RowsOfAnyLength.self)
    }
  }

  private static func sum<V: Lanes, L: RowLength>(_ call: KernelCall, as _: V.Type, _: L.Type) {
    let run = RowRun<V, L>(call)
    run.clearSums()
    var full = 0
    while full < call.groups, V.count == 1 || call.validLanes(group: full, as: V.self) == V.count { full += 1 }
    run.run(.accumulate(V.zero .== V.zero), groups: 0..<full)
    for group in full..<call.groups {
      let mask = firstLanes(call.validLanes(group: group, as: V.self), as: V.self)
      run.run(.accumulate(mask), groups: group..<(group + 1))
    }
    run.writeSums()
  }
}

private func rowWorkspace(_ sizes: [Int]) -> Int {
  sizes.withUnsafeBufferPointer { $0.baseAddress.map { RowLayout($0).scratch } ?? 0 }
}

import GeocKernelABI

/// `row`, sizes as `RowLayout`: vectors […, n] and scalars […, 1] → vectors […, n] and scalars […, 1], a row program on
/// every row; results that are summed over the rows and the items of the chunk are vectors [n] and scalars [1],
/// unbatched. One pass over memory: inner products, scalar program, linear combinations, a few rows at a time. Without sums,
/// and where rows are a multiple of 32 numbers long, all batched inputs and all results may be rows of the host.
enum RowKernel: LaneKernel {
  static var name: String { "row" }
  static func workspace(_ sizes: [Int]) -> Int {
    sizes.withUnsafeBufferPointer {
      $0.baseAddress.map { first in
        let layout = RowLayout(first)
        return max(layout.scratch, layout.summed == 0 ? layout.hostScratch : 0)
      } ?? 0
    }
  }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    if V.count > 1, call.operands[call.inputCount].isRows { return HostRowRun<V>(call).run() }
    switch call.sizes[0] {
    case 4: rows(call, as: V.self, RowsOfFour.self)
    case 8: rows(call, as: V.self, RowsOfEight.self)
    case 16: rows(call, as: V.self, RowsOfSixteen.self)
    default: rows(call, as: V.self, RowsOfAnyLength.self)
    }
  }

  private static func rows<V: Lanes, L: RowLength>(_ call: KernelCall, as _: V.Type, _: L.Type) {
    RowRun<V, L>(call).run()
  }
}

import GeocKernelABI

/// `row`, sizes as `RowLayout`: vectors […, n] and scalars […, 1] → vectors […, n] and scalars […, 1], a row program on
/// every row; results that are summed over the rows and the items of the chunk are vectors [n] and scalars [1],
/// unbatched. One pass over memory: inner products, scalar program, linear combinations, a few rows at a time.
enum RowKernel: LaneKernel {
  static var name: String { "row" }
  static func workspace(_ sizes: [Int]) -> Int {
    sizes.withUnsafeBufferPointer { $0.baseAddress.map { RowLayout($0).scratch } ?? 0 }
  }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
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

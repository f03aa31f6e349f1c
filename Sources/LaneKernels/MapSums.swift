import GeocKernelABI

/// `map_sums`, sizes [rows, then those of `map`]: as `map`, but each output is the sums of its expression over the rows,
/// [rows]; the elements of a row follow each other.
///
/// Unbatched values only. Each row is added up in the order of its elements, whatever the number of workers.
enum MapSums: LaneKernel {
  static var name: String { "map_sums" }
  static func workspace(_ sizes: [Int]) -> Int { MapKernel.workspace(Array(sizes.dropFirst())) }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    if V.Scalar.self == Double.self {
      MapRun<VectorOfDoubles>(
        call, isFlat: true, tile: MapKernel.flatTile / 2 / VectorOfDoubles.count, skipping: 1
      )
      .sums(rows: call.sizes[0])
    } else {
      MapRun<VectorOfFloats>(
        call, isFlat: true, tile: MapKernel.flatTile / VectorOfFloats.count, skipping: 1
      )
      .sums(rows: call.sizes[0])
    }
  }
}

import GeocKernelABI
import Glibc

#if GEOC_KERNELS_V2
  import KernelsV2
#endif
#if GEOC_KERNELS_V3
  import KernelsV3
#endif
#if GEOC_KERNELS_V4
  import KernelsV4
#endif

/// All kernels of one instruction set.
package struct KernelTable: Sendable {
  /// The table for this processor, chosen once. `GEOC_KERNELS=v2|v3|v4` in the environment asks for another one.
  package static let shared = KernelTable(request: getenv("GEOC_KERNELS").map { String(cString: $0) })

  /// The instruction set in use; nil if the processor runs none that was built, and the table is empty.
  package let level: InstructionLevel?
  /// Why the requested instruction set is not in use.
  package let refusal: String?
  /// Rows to lanes and back; nil only if `level` is.
  package let transfer: LaneTransfer?
  private let kernels: [String: KernelSet]

  /// The names of all kernels, sorted.
  package var names: [String] { kernels.keys.sorted() }

  /// The kernel with this name.
  package subscript(_ name: String) -> KernelSet? { kernels[name] }

  /// The levels that were built in.
  package static var built: [InstructionLevel] {
    var levels: [InstructionLevel] = []
    #if GEOC_KERNELS_V2
      levels.append(.v2)
    #endif
    #if GEOC_KERNELS_V3
      levels.append(.v3)
    #endif
    #if GEOC_KERNELS_V4
      levels.append(.v4)
    #endif
    return levels
  }

  /// The table for a requested level (by name), or for the best one that the processor runs.
  package init(request: String?) {
    let choice = InstructionLevel.choose(
      request: request, built: Self.built, processor: InstructionLevel.processor)
    var sets: [KernelSet] = []
    var transfer: LaneTransfer?
    switch choice.level {
    #if GEOC_KERNELS_V2
      case .v2:
        KernelsV2.installKernels { sets.append($0) }
        transfer = KernelsV2.laneTransfer()
    #endif
    #if GEOC_KERNELS_V3
      case .v3:
        KernelsV3.installKernels { sets.append($0) }
        transfer = KernelsV3.laneTransfer()
    #endif
    #if GEOC_KERNELS_V4
      case .v4:
        KernelsV4.installKernels { sets.append($0) }
        transfer = KernelsV4.laneTransfer()
    #endif
    default: break
    }
    if choice.level != nil {
      let blas: [any BlasKernel.Type] = [BlasMatmul.self, BlasSyrk.self]
      sets = sets.map { set in blas.first { $0.name == set.name }?.override(set) ?? set } + UnbatchedKernels.sets
      if let transfer { sets.append(SolveRows.set(transfer)) }
    }
    level = choice.level
    refusal = choice.refusal
    self.transfer = transfer
    sets = sets.map { ["eigh", "eigvals"].contains($0.name) ? LapackEigensolver.extending($0) : $0 }
    kernels = Dictionary(sets.map { ($0.name, $0) }, uniquingKeysWith: { _, later in later })
  }
}

import GeocDiagnostics
import GeocKernelABI
import GeocKernels

/// Where a program finds its kernels.
package struct KernelLibrary: Sendable {
  /// A kernel by name.
  package let kernel: @Sendable (String) -> KernelSet?
  /// Rows to lanes and back.
  package let transfer: LaneTransfer

  /// A library by its parts.
  package init(transfer: LaneTransfer, kernel: @escaping @Sendable (String) -> KernelSet?) {
    self.kernel = kernel
    self.transfer = transfer
  }

  /// The kernels for this processor. Throws E0404 when there are none.
  package static func installed() throws(GeocError) -> KernelLibrary {
    guard let transfer = KernelTable.shared.transfer else {
      throw GeocError(
        Diagnostic(.plan.schedule, "this processor runs none of the instruction sets that geoc was built for"))
    }
    return KernelLibrary(transfer: transfer) { KernelTable.shared[$0] }
  }
}

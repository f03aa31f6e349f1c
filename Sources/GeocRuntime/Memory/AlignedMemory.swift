import GeocDiagnostics
import Glibc

/// A block of memory that starts at a cache line and lives as long as this object.
///
/// Shared between workers, which write disjoint parts of it.
final class AlignedMemory: @unchecked Sendable {
  let base: UnsafeMutableRawPointer
  let byteCount: Int

  /// Zeroed memory of at least `byteCount` bytes. Throws E0408 when the machine has not that much.
  init(byteCount: Int) throws(GeocError) {
    var found: UnsafeMutableRawPointer?
    let size = max(64, byteCount)
    guard byteCount >= 0, byteCount <= Self.physicalBytes, posix_memalign(&found, 64, size) == 0, let found else {
      throw GeocError(Diagnostic(.plan.outOfMemory, "\(byteCount) bytes of memory are not available"))
    }
    memset(found, 0, size)
    base = found
    self.byteCount = size
  }

  deinit { free(base) }

  /// More is promised by the system, but never there.
  private static let physicalBytes = Int.product(sysconf(Int32(_SC_PHYS_PAGES)), sysconf(Int32(_SC_PAGESIZE)))
}

extension Int {
  /// The product of sizes, the largest number where it does not fit.
  static func product(_ factors: Int...) -> Int {
    factors.reduce(1) {
      let (result, overflow) = $0.multipliedReportingOverflow(by: $1)
      return overflow ? .max : result
    }
  }
}

import GeocDiagnostics
import Glibc

/// A block of memory that starts at a cache line and lives as long as this object.
///
/// Large blocks ask for huge pages: a step walks over all of them, and with small pages it waits for the tables of pages.
///
/// Shared between workers, which write disjoint parts of it.
final class AlignedMemory: @unchecked Sendable {
  let base: UnsafeMutableRawPointer
  let byteCount: Int

  /// Zeroed memory of at least `byteCount` bytes. Throws E0408 when the machine has not that much.
  init(byteCount: Int) throws(GeocError) {
    var found: UnsafeMutableRawPointer?
    let size = max(64, byteCount)
    let isLarge = size >= Self.hugePage
    let alignment = isLarge ? Self.hugePage : 64
    guard byteCount >= 0, byteCount <= Self.physicalBytes, posix_memalign(&found, alignment, size) == 0, let found
    else {
      throw GeocError(Diagnostic(.plan.outOfMemory, "\(byteCount) bytes of memory are not available"))
    }
    // Advice: where the system has no huge pages, small ones do.
    if isLarge { _ = madvise(found, size, MADV_HUGEPAGE) }
    memset(found, 0, size)
    base = found
    self.byteCount = size
  }

  deinit { free(base) }

  /// Bytes of a huge page of x86-64.
  private static let hugePage = 2 << 20

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

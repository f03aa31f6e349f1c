import CBlas

/// OpenBLAS as a whole.
package enum DenseLibrary {
  private static let ended: Void = blas_use_calling_thread()

  /// Leaves all threads to the runtime, which divides work over its own: those of OpenBLAS start with the process and would
  /// keep the other processors busy with waiting, for some 20 ms. Called again, it does nothing.
  package static func useCallingThread() { ended }
}

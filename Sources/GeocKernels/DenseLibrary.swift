import CBlas

/// OpenBLAS and LAPACKE. They are loaded when the first of their routines is called: to link them when the process starts
/// takes longer than all else that it does before its command.
enum DenseLibrary {
  /// The routines in use. All threads are left to the runtime, which divides work over its own.
  static let routines = blas_load()
}

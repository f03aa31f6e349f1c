import GeocKernelABI

/// Hands every kernel of this instruction set to `add`, one line per kernel.
///
/// A callback and not an array: an array's generic code would be emitted in all three instruction sets under one
/// symbol, and the linker might keep the copy that an old processor cannot run.
package func installKernels(_ add: (KernelSet) -> Void) {
  add(Symmetrise.set)
  add(Eigh.set)
  add(Eigvals.set)
  add(Spectral.set)
  add(SpectralVJP.set)
  add(SpectralMap.set)
  add(SpectralPower.set)
  add(SpectralPowerVJP.set)
  add(SpectralPowerDP.set)
  add(GuardedAbs.set)
  add(GuardedAbsVJP.set)
  add(GuardedMax.set)
  add(GuardedMaxVJP.set)
}

import CVec

/// An instruction set that kernels are built for: the x86-64 micro-architecture levels.
package enum InstructionLevel: Int, Sendable, Comparable, CaseIterable, CustomStringConvertible {
  /// SSE4.2.
  case v2 = 2
  /// AVX2 and FMA.
  case v3 = 3
  /// AVX-512.
  case v4 = 4

  /// The highest level that this processor runs; nil if it does not even run `v2`.
  package static var processor: InstructionLevel? { InstructionLevel(rawValue: Int(cv_cpu_level())) }

  /// `v2`, `v3` or `v4`.
  package var description: String { "v\(rawValue)" }

  package static func < (a: InstructionLevel, b: InstructionLevel) -> Bool { a.rawValue < b.rawValue }

  /// The level to use, and why a request was not followed.
  ///
  /// - Parameters:
  ///   - request: a level by name (`v2`, `v3`, `v4`), or nil for the best.
  ///   - built: the levels that the executable contains.
  ///   - processor: the highest level that the processor runs.
  package static func choose(
    request: String?, built: [InstructionLevel], processor: InstructionLevel?
  ) -> (level: InstructionLevel?, refusal: String?) {
    let usable = built.filter { level in processor.map { level <= $0 } ?? false }
    let best = usable.max()
    guard let request, !request.isEmpty else { return (best, nil) }
    guard let wanted = allCases.first(where: { $0.description == request }) else {
      return (best, "GEOC_KERNELS=\(request) is not an instruction set; use v2, v3 or v4")
    }
    if usable.contains(wanted) { return (wanted, nil) }
    let reason = built.contains(wanted) ? "this processor lacks it" : "it was not built in"
    return (best, "GEOC_KERNELS=\(request) is not available: \(reason)")
  }
}

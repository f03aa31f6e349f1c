import CVec

/// Asks for memory in steps, between which there is other work: all at once would be waited for.
struct Prefetch {
  private var line: UnsafeRawPointer
  /// Lines of the present part that are left.
  private var linesLeft: Int
  private var partsLeft: Int
  private let linesPerPart: Int
  /// From the last line of a part to the first of the next one.
  private let gap: Int
  private let linesPerStep: Int

  /// `parts` times `bytes` bytes, one part every `pitch` bytes, in `steps` steps.
  @inline(always) init(_ base: UnsafeRawPointer, bytes: Int, parts: Int = 1, pitch: Int = 0, steps: Int) {
    // Parts that follow each other are one.
    let (bytes, parts) = bytes == pitch ? (bytes * parts, 1) : (bytes, parts)
    line = base
    linesPerPart = (bytes + 63) / 64
    gap = pitch - 64 * linesPerPart
    (linesLeft, partsLeft) = (linesPerPart, parts)
    linesPerStep = (parts * linesPerPart + steps - 1) / steps
  }

  /// The next step.
  @inline(always) mutating func advance() {
    var left = linesPerStep
    while left > 0 && partsLeft > 0 {
      let count = Swift.min(left, linesLeft)
      for _ in 0..<count {
        cv_prefetch(line)
        line += 64
      }
      left -= count
      linesLeft -= count
      if linesLeft == 0 {
        line += gap
        (linesLeft, partsLeft) = (linesPerPart, partsLeft - 1)
      }
    }
  }
}

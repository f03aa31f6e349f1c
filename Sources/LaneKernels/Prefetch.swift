import CVec
import GeocKernelABI

/// Asks for memory in steps, between which there is other work: all at once would be waited for.
struct Prefetch {
  private var line: UnsafeRawPointer
  private var linesLeft: Int
  private let linesPerStep: Int

  /// `bytes` bytes in `steps` steps.
  @inline(always) init(_ base: UnsafeRawPointer, bytes: Int, steps: Int) {
    line = base
    linesLeft = (bytes + 63) / 64
    linesPerStep = (linesLeft + steps - 1) / steps
  }

  /// The next step.
  @inline(always) mutating func advance() {
    let count = Swift.min(linesPerStep, linesLeft)
    for _ in 0..<count {
      cv_prefetch(line)
      line += 64
    }
    linesLeft -= count
  }
}

/// Asks for memory step after step of a loop, into the second cache, so that nothing is driven out of the first.
struct PacedPrefetch {
  fileprivate var address: UnsafeRawPointer
  /// Bytes in a step.
  fileprivate var pace: Int

  /// The next step. A line is asked for again while the steps are within it.
  @inline(always) mutating func advance() {
    cv_prefetch_far(address)
    address += pace
  }
}

/// Memory that is read or written after the work at hand, in up to three pieces: it is asked for little by little while that
/// goes on, for what is asked for at once is waited for.
struct Lookahead {
  /// For a loop of the work at hand, which advances a copy.
  private(set) var pace: PacedPrefetch
  private var end: UnsafeRawPointer
  private var second: UnsafeRawBufferPointer
  private var third: UnsafeRawBufferPointer

  /// In `steps` steps; pieces may be empty.
  @inline(always) init(
    _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer = .none, _ third: UnsafeRawBufferPointer = .none,
    steps: Int
  ) {
    pace = PacedPrefetch(
      address: Self.idleLine, pace: (first.count + second.count + third.count + steps - 1) / Swift.max(1, steps))
    (end, self.second, self.third) = (Self.idleLine, second, third)
    begin(first)
  }

  /// Nothing.
  @inline(always) static var nothing: Lookahead { Lookahead(.none, steps: 1) }

  /// The next step.
  @inline(always) mutating func advance() {
    cv_prefetch_far(pace.address)
    pass(1)
  }

  /// The next `steps` steps, which a copy of the pace has made. Only here does a piece end.
  @inline(always) mutating func pass(_ steps: Int) {
    pace.address += steps * pace.pace
    if pace.address >= end && end != Self.idleLine { begin(.none) }
  }

  @inline(always) private mutating func begin(_ piece: UnsafeRawBufferPointer) {
    var piece = piece
    while piece.isEmpty && !(second.isEmpty && third.isEmpty) { (piece, second, third) = (second, third, .none) }
    if let base = piece.baseAddress, !piece.isEmpty {
      (pace.address, end) = (base, base + piece.count)
    } else {
      (pace, end) = (PacedPrefetch(address: Self.idleLine, pace: 0), Self.idleLine)
    }
  }

  @inline(always) private static var idleLine: UnsafeRawPointer { cv_idle() }
}

extension UnsafeRawBufferPointer {
  /// No memory.
  @inline(always) static var none: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }
}

extension KernelCall {
  /// Whether the next group of an operand is worth asking for.
  @inline(always) func isDistant(_ operand: Int) -> Bool { distant & (1 << UInt(operand)) != 0 }

  /// Operands of the group behind `group`, during as many multiply-adds of vectors, tile by tile.
  @inline(always) func lookahead<V: Lanes>(
    after group: Int, _ first: Int, _ second: Int, _ third: Int? = nil, during products: Int, as _: V.Type
  ) -> Lookahead {
    Lookahead(
      next(first, after: group, as: V.self), next(second, after: group, as: V.self),
      third.map { next($0, after: group, as: V.self) } ?? .none, steps: products / 12)
  }

  /// The memory of an operand in the group behind `group`, where it is distant.
  @inline(always) func next<V: Lanes>(_ operand: Int, after group: Int, as _: V.Type) -> UnsafeRawBufferPointer {
    let stride = stride(operand, as: V.self)
    guard V.count > 1, stride > 0, isDistant(operand) else { return .none }
    return UnsafeRawBufferPointer(
      start: scalars(operand, group: group + 1, as: V.self), count: stride * MemoryLayout<V.Scalar>.size)
  }
}

/// Several results of an elementwise program that have a loop of their own: everything stays in registers, where the
/// machine would keep every intermediate value of a tile in memory. All are steps of Adam and its kin on weights too
/// large for caches, where that decides.
///
/// With m the first moment, g the gradient, v the second moment, w the weight and constants c₀…:
///
///     m' = c₀ m + c₁ g,  v' = c₂ v + c₃ g²,  q = m' / (√v' s + c₄)
///
/// where s corrects the bias of v. Raw values are stable within a version: they are written into kernel arguments.
package enum MapForm: Int, Sendable, CaseIterable {
  /// Operands m, g, v, s, w, r: m', v', w − r q.
  case adam = 0
  /// Operands m, g, v, s, w, r, d: m', v', d w − r q.
  case decayedAdam = 1
  /// Operands m, g, v, s, w, r, d, t, p: m', v', d w − r (t q − p w).
  case projectedAdam = 2
  /// Operands m, g, v, s, t: m', v', t q.
  case adamDirection = 3
  /// Operands m, g, v, s, t, w: w², w t q.
  case adamNorms = 4
  /// Operands m, g, v, s, t, w: w², w t q, g², g w.
  case adamCosines = 5

  /// How many registers it reads.
  package var operandCount: Int {
    switch self {
    case .adam: 6
    case .decayedAdam: 7
    case .projectedAdam: 9
    case .adamDirection: 5
    case .adamNorms, .adamCosines: 6
    }
  }

  /// How many instructions name its operands.
  package var argumentCount: Int { (operandCount + 2) / 3 }

  /// How many numbers of the table of constants it reads, one behind the other.
  package var constantCount: Int { 5 }

  /// How many results it has.
  package var resultCount: Int {
    switch self {
    case .adam, .decayedAdam, .projectedAdam, .adamDirection: 3
    case .adamNorms: 2
    case .adamCosines: 4
    }
  }
}

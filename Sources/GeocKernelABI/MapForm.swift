/// Several results of an elementwise program that have a loop of their own: everything stays in registers, where the
/// machine would keep every intermediate value of a tile in memory. All are steps of optimizers on weights too large for
/// caches, where that decides.
///
/// With m the first moment, g the gradient, v the second moment, w the weight and constants c₀…:
///
///     m' = c₀ m + c₁ g,  v' = c₂ v + c₃ g²,  q = m' / (√v' s + c₄)
///
/// where s corrects the bias of v. Operands in front are tensors, those behind them as a rule numbers for all elements. Raw
/// values are stable within a version: they are written into kernel arguments.
package enum MapForm: Int, Sendable, CaseIterable {
  /// Operands m, g, v, w, s, r: m', v', w − r q.
  case adam = 0
  /// Operands m, g, v, w, s, r, d: m', v', d w − r q.
  case decayedAdam = 1
  /// Operands m, g, v, w, s, r, d, t, p: m', v', d w − r (t q − p w).
  case projectedAdam = 2
  /// Operands m, g, v, s, t: m', v', t q.
  case adamDirection = 3
  /// Operands m, g, v, w, s, t: w², w t q.
  case adamNorms = 4
  /// Operands m, g, v, w, s, t: w², w t q, g², g w.
  case adamCosines = 5
  /// Operands m, g, w, k, r: b = k m + g, w − r b.
  case momentum = 6

  /// How many of its operands are tensors.
  package var tensorCount: Int {
    switch self {
    case .adamDirection, .momentum: 3
    case .adam, .decayedAdam, .projectedAdam, .adamNorms, .adamCosines: 4
    }
  }

  /// How many of its operands are factors, behind the tensors.
  package var factorCount: Int {
    switch self {
    case .adam, .adamDirection, .adamNorms, .adamCosines, .momentum: 2
    case .decayedAdam: 3
    case .projectedAdam: 5
    }
  }

  /// How many registers it reads.
  package var operandCount: Int { tensorCount + factorCount }

  /// How many instructions name its operands.
  package var argumentCount: Int { (operandCount + 2) / 3 }

  /// How many numbers of the table of constants it reads, one behind the other.
  package var constantCount: Int { self == .momentum ? 0 : 5 }

  /// How many results it has.
  package var resultCount: Int {
    switch self {
    case .adam, .decayedAdam, .projectedAdam, .adamDirection: 3
    case .adamNorms, .momentum: 2
    case .adamCosines: 4
    }
  }
}

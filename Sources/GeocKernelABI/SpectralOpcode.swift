/// The primitives of a spectral function, as the kernels see them.
///
/// A function travels as reals `[count, (code, p1, p2) × count]`; the primitives apply from left to right. For one
/// eigenvalue: `value(λ)` runs the primitives in turn. For a pair: start with `(a, b) = (λi, λj)`, `K = 1`, and for
/// each primitive `f`: `K *= f[a, b]`, then `a = f(a)`, `b = f(b)`. The derivative is `K` at `a = b`.
///
/// `f[a, b]` is the divided difference below, with `lo = min(a, b)`, `hi = max(a, b)`, `d = hi - lo` (exact for close
/// arguments). No form subtracts nearly equal rounded numbers, so none needs a threshold: only `d = 0` is a case of its
/// own. Raw values are stable: they are written into plans.
package enum SpectralOpcode: Int, Sendable, CaseIterable {
  /// `max(λ, p1)`. Both > p1: 1; both ≤ p1: 0; otherwise `(hi - p1) / d`. The derivative at `λ = p1` is 0.
  case maximum = 1
  /// `ln λ`, domain λ > 0. `log1p(d / lo) / d`; `1 / lo` when d = 0.
  /// When `d / lo` overflows, `(ln hi - ln lo) / d`.
  case log = 2
  /// `e^λ`. `e^hi · (-expm1(-d)) / d`; `e^hi` when d = 0.
  case exp = 3
  /// `λ^p1`; domain: all numbers when p1 is a whole number ≥ 0, λ ≥ 0 for other p1 ≥ 0, λ > 0 for p1 < 0.
  ///
  /// For a, b ≥ 0, θ = p1:
  /// - θ = 1/2: `1 / (√a + √b)`
  /// - θ = -1/2: `-(1/√a)(1/√b) / (√a + √b)`
  /// - θ = -1: `-(1/a)(1/b)`
  /// - θ = 2: `a + b`; θ = 1: 1; θ = 0: 0
  /// - otherwise, `L = log1p(d / lo)` (`ln hi - ln lo` when `d / lo` overflows or lo = 0):
  ///   θ > 0: `hi^θ · (-expm1(-θL)) / d`; θ < 0: `lo^θ · expm1(θL) / d`; `θ·hi^(θ-1)` when d = 0.
  ///
  /// Whole θ ≥ 0 with a negative argument, `g` the same difference at (|a|, |b|): both negative: odd θ `g`, even θ
  /// `-g`. Signs differ: odd θ `(|a|^θ + |b|^θ) / (|a| + |b|)`, even θ `g · (|a| - |b|) / (a - b)`. θ = 2: `a + b`.
  case power = 4
  /// `|λ|`. Both ≥ 0: 1; both < 0: -1; otherwise `(|a| - |b|) / (a - b)`.
  case absolute = 5
  /// `p1·λ + p2`. The difference is `p1`.
  case affine = 6
}

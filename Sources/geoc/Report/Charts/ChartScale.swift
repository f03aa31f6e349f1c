import Foundation

/// An axis: numbers to places on it, and the ticks that are labelled.
struct ChartScale {
  /// Smallest and largest number shown.
  let low: Double
  let high: Double
  /// Whether equal ratios are equally far.
  let isLogarithmic: Bool
  /// Places of both ends.
  let start: Double
  let end: Double

  /// An axis from `low` to `high`, which are drawn apart where they are equal.
  init(_ low: Double, _ high: Double, isLogarithmic: Bool = false, from start: Double, to end: Double) {
    let isFlat = !(high > low)
    if isLogarithmic {
      self.low = isFlat ? low / 2 : low
      self.high = isFlat ? high * 2 : high
    } else {
      let room = isFlat ? max(abs(low) * 0.1, 1e-3) : 0
      self.low = low - room
      self.high = high + room
    }
    (self.isLogarithmic, self.start, self.end) = (isLogarithmic, start, end)
  }

  /// An axis around some numbers; those that are not finite, or not positive on a logarithmic axis, do not count.
  init(around numbers: [Double], isLogarithmic: Bool = false, from start: Double, to end: Double) {
    let shown = numbers.filter { $0.isFinite && (!isLogarithmic || $0 > 0) }
    let (low, high) = (shown.min() ?? (isLogarithmic ? 1 : 0), shown.max() ?? 1)
    if isLogarithmic {
      let factor = pow(high / low, 0.04)
      self.init(low / factor, high * factor, isLogarithmic: true, from: start, to: end)
    } else {
      let room = (high - low) * 0.04
      self.init(low - room, high + room, from: start, to: end)
    }
  }

  /// Where a number lies; nil where it cannot be shown.
  func place(_ x: Double) -> Double? {
    guard x.isFinite, !isLogarithmic || x > 0 else { return nil }
    let share = isLogarithmic ? (log(x) - log(low)) / (log(high) - log(low)) : (x - low) / (high - low)
    return start + (end - start) * share
  }

  /// Numbers to be labelled: about `count` round ones.
  func ticks(_ count: Int = 5) -> [Double] { isLogarithmic ? decades(count) : Self.round(low, high, count) }

  /// Whole numbers to be labelled.
  func wholeTicks(_ count: Int = 6) -> [Double] {
    let ticks = Self.round(low, high, count).filter { $0 == $0.rounded() }
    return ticks.isEmpty ? [low.rounded(.up)] : ticks
  }

  private func decades(_ count: Int) -> [Double] {
    let (first, last) = (Int(log10(low).rounded(.up)), Int((log10(high) + 1e-9).rounded(.down)))
    if last - first < 2 {
      // At most two decades: 1, 2 and 5 of each.
      let fine = (first - 1...max(first, last) + 1).flatMap { k in [1, 2, 5].map { $0 * pow(10, Double(k)) } }
      let inside = fine.filter { $0 >= low * (1 - 1e-9) && $0 <= high * (1 + 1e-9) }
      return inside.isEmpty ? [low, high] : inside
    }
    let step = max(1, (last - first + count - 1) / count)
    return stride(from: first, through: last, by: step).map { pow(10, Double($0)) }
  }

  private static func round(_ low: Double, _ high: Double, _ count: Int) -> [Double] {
    let raw = (high - low) / Double(max(1, count))
    guard raw > 0, raw.isFinite else { return [low] }
    let unit = pow(10, log10(raw).rounded(.down))
    let step = unit * ([1, 2, 5, 10].first { $0 * unit >= raw * 0.999 } ?? 10)
    let (first, last) = ((low / step).rounded(.up), (high / step).rounded(.down))
    guard last >= first, last - first < 100 else { return [low] }
    return stride(from: first, through: last, by: 1).map { $0 * step }
  }

  /// A number as a label: `0.05`, `1e-4`, `12k`.
  static func label(_ x: Double) -> String {
    let size = abs(x)
    if size == 0 { return "0" }
    if size >= 1e5 || size < 1e-3 {
      let exponent = Int(log10(size * (1 + 1e-12)).rounded(.down))
      let mantissa = x / pow(10, Double(exponent))
      return trimmed(String(format: "%.1f", mantissa)) + "e\(exponent)"
    }
    return trimmed(String(format: size >= 1000 ? "%.0f" : size >= 10 ? "%.1f" : "%.4f", x))
  }

  private static func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var out = text
    while out.hasSuffix("0") { out.removeLast() }
    return out.hasSuffix(".") ? String(out.dropLast()) : out
  }
}

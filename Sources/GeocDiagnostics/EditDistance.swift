/// How far apart two words are, and which known word was probably meant.
package enum EditDistance {
  /// The number of insertions, deletions, replacements and swaps of neighbours that lead from `a` to `b`
  /// (optimal string alignment); `limit + 1` as soon as it must exceed `limit`.
  package static func between(_ a: String, _ b: String, limit: Int = .max - 1) -> Int {
    let a = Array(a.unicodeScalars)
    let b = Array(b.unicodeScalars)
    if abs(a.count - b.count) > limit { return limit + 1 }
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in 1...a.count {
      var row = [i] + [Int](repeating: 0, count: b.count)
      for j in 1...b.count {
        row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { row[j] = min(row[j], beforeLast[j - 2] + 1) }
      }
      if row.allSatisfy({ $0 > limit }) { return limit + 1 }
      (beforeLast, last) = (last, row)
    }
    return last[b.count]
  }
}

/// The candidate closest to a misspelt word, or nil where none is close: at most a third of the letters differ, and
/// neither case nor `-` against `_` counts. Of equally close ones the first.
package func suggestion(for word: String, among candidates: some Sequence<String>) -> String? {
  func folded(_ text: String) -> String { String(text.lowercased().map { $0 == "-" ? "_" : $0 }) }
  let length = word.unicodeScalars.count
  guard length > 0, length <= 128 else { return nil }
  let wanted = folded(word)
  var best: (word: String, distance: Int)?
  for candidate in candidates where candidate != word {
    let limit = min(max(1, max(length, candidate.unicodeScalars.count) / 3), (best?.distance ?? .max) - 1)
    if limit < 0 { break }
    let distance = EditDistance.between(wanted, folded(candidate), limit: limit)
    if distance <= limit, distance < candidate.unicodeScalars.count { best = (candidate, distance) }
  }
  return best?.word
}

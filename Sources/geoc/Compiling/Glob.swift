/// A pattern for paths: `*` and `?` within a name, `[a-z]`, and `**` for any number of folders.
struct Glob: Hashable, Sendable {
  private let parts: [[Character]]

  /// A pattern with `/` between its parts.
  init(_ pattern: String) {
    parts = pattern.split(separator: "/").map { Array($0) }
  }

  /// Whether a text has characters that mean more than themselves.
  static func isPattern(_ text: String) -> Bool { text.contains { "*?[".contains($0) } }

  /// Whether it stands for a path, given by its names.
  func matches(_ path: [String]) -> Bool {
    // Possible numbers of names read before each part; `**` keeps what it has and may read on.
    var reached: Set<Int> = [0]
    for part in parts {
      var next: Set<Int> = []
      for at in reached {
        if part == ["*", "*"] {
          next.formUnion(at...path.count)
        } else if at < path.count, Self.matches(part, Array(path[at])) {
          next.insert(at + 1)
        }
      }
      reached = next
    }
    return reached.contains(path.count)
  }

  /// Whether a part stands for a name; linear in both but for the restarts at the last `*`.
  private static func matches(_ pattern: [Character], _ name: [Character]) -> Bool {
    var (p, n) = (0, 0)
    var star: (pattern: Int, name: Int)?
    while n < name.count {
      if p < pattern.count, pattern[p] == "*" {
        star = (p, n)
        p += 1
      } else if p < pattern.count, let end = step(pattern, p, name[n]) {
        p = end
        n += 1
      } else if let last = star {
        p = last.pattern + 1
        n = last.name + 1
        star = (last.pattern, n)
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == "*" }
  }

  /// The place behind the element of the pattern at `p` where it stands for `c`; nil where it does not.
  private static func step(_ pattern: [Character], _ p: Int, _ c: Character) -> Int? {
    if pattern[p] == "?" { return p + 1 }
    guard pattern[p] == "[", let end = pattern[(p + 1)...].dropFirst().firstIndex(of: "]") else {
      return pattern[p] == c ? p + 1 : nil
    }
    var at = p + 1
    let isNegated = pattern[at] == "!"
    if isNegated { at += 1 }
    var isIn = false
    while at < end {
      if at + 2 < end, pattern[at + 1] == "-" {
        isIn = isIn || (pattern[at] <= c && c <= pattern[at + 2])
        at += 3
      } else {
        isIn = isIn || pattern[at] == c
        at += 1
      }
    }
    return isIn != isNegated ? end + 1 : nil
  }
}

/// The rules of a `.geocignore`, in the language of `.gitignore`.
struct IgnoreRules: Sendable {
  private struct Rule: Sendable {
    var glob: Glob
    var isNegated: Bool
    var onlyFolders: Bool
  }

  private var rules: [Rule] = []

  /// Rules from a text: one pattern a line, `#` comments, `!` to take back, `/` at the end for folders only; a pattern
  /// with another `/` is about a path from the folder of the file, one without about a name at any depth.
  init(_ text: String) {
    for line in text.split(whereSeparator: \.isNewline) {
      var pattern = String(line).trimmingSpaces
      if pattern.isEmpty || pattern.hasPrefix("#") { continue }
      let isNegated = pattern.hasPrefix("!")
      if isNegated { pattern.removeFirst() }
      let onlyFolders = pattern.hasSuffix("/")
      if onlyFolders { pattern.removeLast() }
      let isAnchored = pattern.contains("/")
      rules.append(
        Rule(glob: Glob(isAnchored ? pattern : "**/" + pattern), isNegated: isNegated, onlyFolders: onlyFolders))
    }
  }

  /// Whether a path from the folder of the file is ignored; nil where no rule is about it.
  func ignores(_ path: [String], isFolder: Bool) -> Bool? {
    rules.last { (isFolder || !$0.onlyFolders) && $0.glob.matches(path) }.map { !$0.isNegated }
  }
}

/// Colours by family, from Paul Tol's muted scheme: told apart with any common colour blindness, on white and on black.
enum Palette {
  /// Families with their colours, in the order of a legend.
  static let families: [(name: String, color: String)] = [
    ("dense", "#88ccee"), ("spd", "#44aa99"), ("ball", "#aa4499"), ("sphere", "#6677cc"), ("stiefel", "#999933"),
    ("group", "#cc6677"), ("irreps", "#ddcc77"), ("graph", "#3d9955"), ("loss", "#b04a72"), ("optimizer", "#e0853d"),
  ]
  /// Colour of every other op.
  static let neutral = "#9a9a9a"

  /// The colour of a family.
  static func color(_ family: String) -> String { families.first { $0.name == family }?.color ?? neutral }

  /// A pale fill for formats without transparency.
  static func fill(_ box: Drawing.Box) -> String {
    switch box.kind {
    case .input: "#e8e8e8"
    case .output: "#d0d0d0"
    case .parameter: "#fff3c4"
    case .state: "#f6dfc0"
    case .removed: "#ffffff"
    case .op: box.family == "core" || box.family.isEmpty ? "#f4f4f4" : tint(color(box.family))
    }
  }

  /// A colour mixed with two parts of white.
  private static func tint(_ color: String) -> String {
    let value = Int(color.dropFirst(), radix: 16) ?? 0
    let channels = [value >> 16 & 255, value >> 8 & 255, value & 255].map { ($0 + 2 * 255) / 3 }
    return "#" + channels.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

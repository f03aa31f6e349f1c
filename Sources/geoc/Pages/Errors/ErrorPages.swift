/// The pages of `docs/errors`, so that the executable carries them wherever it is copied.
/// Made from them by `GEOC_BLESS=1 swift test --filter geocTests`.
enum ErrorPages {
  /// Page by code.
  static let all: [String: String] = {
    let lists: [[String: String]] = [
      e000,
      e001,
      e010,
      e011,
      e012,
      e013,
      e020,
      e021,
      e022,
      e030,
      e040,
      e050,
      e051,
      e0519,
      e052,
      e060,
      e061,
      w000,
      w001,
      w003,
      w004,
    ]
    return lists.reduce(into: [:]) { $0.merge($1) { first, _ in first } }
  }()
}

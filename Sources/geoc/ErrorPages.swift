/// The pages of `docs/errors`, so that the executable carries them wherever it is copied.
/// Made from them by `GEOC_BLESS=1 swift test --filter geocTests`.
enum ErrorPages {
  /// Page by code.
  static let all: [String: String] = [:]
}

// swift-format-ignore-file
/// Made from `docs/errors` by `GEOC_BLESS=1 swift test --filter geocTests`.
extension ErrorPages {
  static let e000: [String: String] = [
    "E0007": #"""
      # E0007: the text is not YAML

      The text breaks the rules of YAML, so nothing of it could be read. Only the first such place is reported; it
      is often on the line before the one shown: a bracket that is not closed, a `:` without a space after it, lines
      indented by different amounts or by tabs.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 2
        - relu
      ```

      ```text
      error[E0007]: did not find expected ',' or '}'
       --> spec.yaml:8:1
        |
      6 |   - linear: { out: 2
        |             - while parsing a flow mapping
      7 |   - relu
      8 |
        | ^
        |
        = see: geoc explain E0007
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 2 }
        - relu
      ```

      """#,
  ]
}

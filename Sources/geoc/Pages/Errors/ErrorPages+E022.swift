// swift-format-ignore-file
/// Made from `docs/errors` by `GEOC_BLESS=1 swift test --filter geocTests`.
extension ErrorPages {
  static let e022: [String: String] = [
    "E0220": #"""
      # E0220: a shape has more elements than can be addressed

      A value has more elements than geoc can address: 2147483648 for one sample.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 100000000000 }
      ```

      ```text
      error[E0220]: R[100000000000, 4] has more than 2147483648 elements
       --> spec.yaml:6:5
        |
      6 |   - linear: { out: 100000000000 }
        |     ^^^^^^
        |
        = help: look for a size that is too large
        = see: geoc explain E0220
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 100000 }
      ```

      """#,
  ]
}

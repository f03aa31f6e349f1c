// swift-format-ignore-file
/// Made from `docs/errors` by `GEOC_BLESS=1 swift test --filter geocTests`.
extension ErrorPages {
  static let e0519: [String: String] = [
    "E0519": #"""
      # E0519: data do not lie in their space

      The type of an input is a promise about its data. A matrix of `SPD(n)` is symmetric, and positive definite where
      training needs it.

      ```yaml spec.yaml
      geoc: 1
      model: example
      dtype: f64
      inputs:
        x: SPD(2)
      graph:
        - logeig
        - vech
      ```

      ```yaml matrices.yaml
      geoc: 1
      model: matrices
      dtype: f64
      inputs:
        numbers: R[4]
      graph:
        - reshape: { shape: [2, 2] }
          as: x
      ```

      ```csv numbers.csv
      2,1,1,2
      2,1,0,2
      ```

      ```console
      $ geoc run matrices.yaml --task predict --input numbers=numbers.csv -o x.npz
      2 samples → x.npz
      $ geoc run spec.yaml --task predict --input x=x.npz
      error[E0519]: a matrix of input 'x' is not symmetric: element (1, 0) is 0.0, element (0, 1) is 1.0
       --> x.npz
        = note: row 1 of input 'x', counted from 0
        = help: symmetrise it: (X + Xᵀ) / 2
        = see: geoc explain E0519

      1 error
      ```

      Mended:

      ```csv numbers.csv
      2,1,1,2
      2,0,0,2
      ```

      ```console
      $ geoc run matrices.yaml --task predict --input numbers=numbers.csv -o x.npz
      2 samples → x.npz
      $ geoc run spec.yaml --task predict --input x=x.npz
      2 samples → runs/example/20260101-120000/predictions.safetensors
      ```

      """#,
  ]
}

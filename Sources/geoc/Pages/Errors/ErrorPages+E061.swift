// swift-format-ignore-file
/// Made from `docs/errors` by `GEOC_BLESS=1 swift test --filter geocTests`.
extension ErrorPages {
  static let e061: [String: String] = [
    "E0610": #"""
      # E0610: a second-order search found no step

      A Newton step needs a matrix that is positive definite. Where the Hessian has a negative eigenvalue the optimizer `gns` adds
      a growing multiple of the metric, and gives up when no trial was left.

      ```yaml spec.yaml
      geoc: 1
      model: example
      dtype: f64
      inputs:
        x: R
        y: R
      graph:
        - parameter: { type: "R", init: "constant(1e-10)" }
          as: w
        - mul:
          from: [w, w]
        - mul:
          from: [mul_1, x]
          as: value
      loss:
        mse: { prediction: value, target: y }
      data:
        file: data.csv
      train:
        optimizer: { gns: { hessian: exact, tol: 1.0e-12 } }
        steps: 50
      ```

      ```csv data.csv
      x,y
      1,1
      2,2
      ```

      ```console
      $ geoc run spec.yaml --quiet > result.txt
      error[E0610]: the Hessian of iteration 1 is not positive definite: its smallest eigenvalue is -10.0
        --> spec.yaml:16:3
         |
      16 |   mse: { prediction: value, target: y }
         |   ^^^
         |
         = note: 41 trials were made, down to γ = 9.09e-13, where 1.0e-9/γ was added to its diagonal
         = help: use 'hessian: gauss_newton' or 'fisher', which have no negative eigenvalues, or another start
         = see: geoc explain E0610

      1 error
      ```

      The training starts beside a maximum of the loss: its gradient is almost zero, and so is what it lets the search add.

      Mended:

      ```yaml spec.yaml
      geoc: 1
      model: example
      dtype: f64
      inputs:
        x: R
        y: R
      graph:
        - parameter: { type: "R", init: "constant(1e-10)" }
          as: w
        - mul:
          from: [w, w]
        - mul:
          from: [mul_1, x]
          as: value
      loss:
        mse: { prediction: value, target: y }
      data:
        file: data.csv
      train:
        optimizer: { gns: { hessian: gauss_newton, tol: 1.0e-12 } }
        steps: 50
      ```

      ```console
      $ geoc run spec.yaml --quiet > result.txt
      ```

      Another start, farther from the maximum, helps as well.

      """#,
  ]
}

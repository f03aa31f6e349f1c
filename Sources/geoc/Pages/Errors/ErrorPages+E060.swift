// swift-format-ignore-file
/// Made from `docs/errors` by `GEOC_BLESS=1 swift test --filter geocTests`.
extension ErrorPages {
  static let e060: [String: String] = [
    "E0601": #"""
      # E0601: a matrix is not positive definite

      The logarithm, the square root and the Cholesky factor want a positive definite matrix. The message names the node, the
      sample and the eigenvalue.

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
      1,2,2,1
      ```

      ```console
      $ geoc run matrices.yaml --task predict --input numbers=numbers.csv -o x.npz
      2 samples → x.npz
      $ geoc run spec.yaml --task predict --input x=x.npz
      error[E0601]: 'logeig_1' (spectral_rebuild) got a matrix that is not positive definite: eigenvalue -1.0
       --> spec.yaml:7:5
        |
      7 |   - logeig
        |     ^^^^^^
        |
        = note: sample 1 of the data, item 1 of the batch
        = see: geoc explain E0601

      1 error
      ```

      Mended:

      ```yaml spec.yaml
      geoc: 1
      model: example
      dtype: f64
      inputs:
        x: SPD(2)
      graph:
        - reeig: { eps: 1.0e-4 }
        - logeig
        - vech
      ```

      ```console
      $ geoc run spec.yaml --task predict --input x=x.npz
      2 samples → runs/example/20260101-120000/predictions.safetensors
      ```

      `reeig` lifts eigenvalues to a floor. A covariance is positive definite with more samples than channels, or with `eps`.

      """#,
    "E0602": #"""
      # E0602: a value became NaN or infinite

      A value became NaN or infinite. The message names the first node with such a value, and the sample.

      ```yaml spec.yaml
      geoc: 1
      model: example
      dtype: f64
      inputs:
        x: R[2]
      graph:
        - scale: { by: 1.0e308 }
      ```

      ```csv x.csv
      1,2
      3,4
      ```

      ```console
      $ geoc run spec.yaml --task predict --input x=x.csv
      error[E0602]: 'scale_1' (map) is the first to give a number that is not finite
       --> spec.yaml:7:5
        |
      7 |   - scale: { by: 1.0e308 }
        |     ^^^^^
        |
        = note: sample 0 of the data, item 0 of the batch
        = see: geoc explain E0602

      1 error
      ```

      Mended:

      ```yaml spec.yaml
      geoc: 1
      model: example
      dtype: f64
      inputs:
        x: R[2]
      graph:
        - scale: { by: 1.0e30 }
      ```

      ```console
      $ geoc run spec.yaml --task predict --input x=x.csv
      2 samples → runs/example/20260101-120000/predictions.safetensors
      ```

      """#,
    "E0603": #"""
      # E0603: an argument is outside the domain of a function

      An eigenvalue is positive and still outside of the domain of its function, after the powers and logarithms in front of
      it have been applied. No layer of the catalogue does this; a plan that another program wrote may.

      ```csv x.csv
      1,1,1,1
      ```

      ```console
      $ geoc run forged.geoplan --input x=x.csv
      error[E0603]: 'spectral_rebuild' got a matrix with eigenvalue 0.5, outside of the domain of its function
        = see: geoc explain E0603

      1 error
      ```

      Mended:

      ```yaml spec.yaml
      geoc: 1
      model: example
      dtype: f64
      inputs:
        x: R[4]
      graph:
        - linear: { out: 1 }
          as: score
      ```

      ```console
      $ geoc run spec.yaml --task predict --input x=x.csv
      1 samples → runs/example/20260101-120000/predictions.safetensors
      ```

      """#,
    "E0604": #"""
      # E0604: a value left its manifold

      `geoc verify` trains for some steps and then measures how far each parameter and each point is from its space. With a
      sane learning rate the distance is that of rounding.

      ```yaml spec.yaml
      geoc: 1
      model: example
      inputs:
        x: R[3]
        y: Label(2)
      graph:
        - expmap0: { c: 1.0 }
        - poincare_linear: { out: 2 }
        - hyperplane_distance: { out: 2 }
          as: logits
      loss:
        cross_entropy: { logits: logits, target: y }
      train:
        optimizer: { rsgd: { lr: 1.0e5 } }
        epochs: 2
      ```

      ```console
      $ geoc verify spec.yaml --steps 5 > result.txt
      error[E0604]: 'poincare_linear_1' has a point of norm nan/√c after 5 steps
       --> spec.yaml
        = see: geoc explain E0604

      1 error
      ```

      Mended:

      ```yaml spec.yaml
      geoc: 1
      model: example
      inputs:
        x: R[3]
        y: Label(2)
      graph:
        - expmap0: { c: 1.0 }
        - poincare_linear: { out: 2 }
        - hyperplane_distance: { out: 2 }
          as: logits
      loss:
        cross_entropy: { logits: logits, target: y }
      train:
        optimizer: { rsgd: { lr: 0.01 } }
        epochs: 2
      ```

      ```console
      $ geoc verify spec.yaml --steps 5 > result.txt
      ```

      If it happens with a small learning rate, the op or the optimizer is wrong: please report it.

      """#,
    "E0605": #"""
      # E0605: an iteration did not converge

      An eigendecomposition, or another iteration, found no result. Eigendecompositions only fail on values that are not
      finite: here the squares in the covariance are larger than the largest number.

      ```yaml spec.yaml
      geoc: 1
      model: example
      dtype: f64
      inputs:
        x: R[8]
      graph:
        - reshape: { shape: [2, 4] }
        - covariance: { eps: 1.0e-4 }
        - logeig
      ```

      ```csv x.csv
      1e200,2e200,3e200,1e200,-1e200,2,3,4
      ```

      ```console
      $ geoc run spec.yaml --task predict --input x=x.csv
      error[E0605]: the eigendecomposition of 'logeig_1' (eigh) did not converge: its input is not finite
       --> spec.yaml:9:5
        |
      9 |   - logeig
        |     ^^^^^^
        |
        = note: sample 0 of the data, item 0 of the batch
        = see: geoc explain E0605

      1 error
      ```

      Mended:

      ```yaml spec.yaml
      geoc: 1
      model: example
      dtype: f64
      inputs:
        x: R[8]
      graph:
        - reshape: { shape: [2, 4] }
        - scale: { by: 1.0e-200 }
        - covariance: { eps: 1.0e-4 }
        - logeig
      ```

      ```console
      $ geoc run spec.yaml --task predict --input x=x.csv
      1 samples → runs/example/20260101-120000/predictions.safetensors
      ```

      """#,
    "E0606": #"""
      # E0606: a matrix is singular

      A linear system has no single solution: its matrix is singular. The optimizers solve only systems that cannot be
      singular; a plan that another program wrote may hold others.

      ```csv x.csv
      1,1,1,1
      ```

      ```console
      $ geoc run forged.geoplan --input x=x.csv
      error[E0606]: 'solve' got a singular matrix: pivot 1.0
        = see: geoc explain E0606

      1 error
      ```

      Mended:

      ```yaml spec.yaml
      geoc: 1
      model: example
      dtype: f64
      inputs:
        x: R[4]
      graph:
        - linear: { out: 1 }
          as: score
      ```

      ```console
      $ geoc run spec.yaml --task predict --input x=x.csv
      1 samples → runs/example/20260101-120000/predictions.safetensors
      ```

      """#,
    "E0607": #"""
      # E0607: the training diverged

      The loss or a weight became NaN or infinite while training: the steps are too long, and each makes the error larger.

      ```yaml spec.yaml
      geoc: 1
      model: example
      dtype: f64
      inputs:
        x: R
        y: R
      graph:
        - reshape: { shape: [1] }
          from: x
        - linear: { out: 1 }
        - reshape: { shape: [] }
          as: value
      loss:
        mse: { prediction: value, target: y }
      data:
        file: data.csv
        split: { test: 0.5, seed: 0 }
      train:
        optimizer: { sgd: { lr: 1.0e5 } }
        epochs: 100
        batch: 2
      ```

      ```csv data.csv
      x,y
      0.1,0
      0.9,1
      0.2,0
      0.8,1
      ```

      ```console
      $ geoc run spec.yaml --quiet > result.txt
      error[E0607]: the loss is inf at step 30, epoch 30
        --> spec.yaml:14:3
         |
      14 |   mse: { prediction: value, target: y }
         |   ^^^
         |
         = note: 'mse_1' (map) is the first to give a number that is not finite
         = note: sample 3 of the data, item 0 of the batch
         = help: lower the learning rate, or clip gradients with 'clip' in 'train'
         = see: geoc explain E0607

      1 error
      ```

      Mended:

      ```yaml spec.yaml
      geoc: 1
      model: example
      dtype: f64
      inputs:
        x: R
        y: R
      graph:
        - reshape: { shape: [1] }
          from: x
        - linear: { out: 1 }
        - reshape: { shape: [] }
          as: value
      loss:
        mse: { prediction: value, target: y }
      data:
        file: data.csv
        split: { test: 0.5, seed: 0 }
      train:
        optimizer: { sgd: { lr: 0.1 } }
        epochs: 100
        batch: 2
      ```

      ```console
      $ geoc run spec.yaml --quiet > result.txt
      ```

      `clip: 1.0` in `train` bounds the norm of the gradient.

      """#,
    "E0608": #"""
      # E0608: a gradient differs from finite differences

      `geoc verify` moves every parameter and input a little, and compares the change of the loss with the gradient. They
      differ where the gradient is cut on purpose, as here, where the loss is so steep that the differences are no slope, or
      where a backward is wrong.

      ```yaml spec.yaml
      geoc: 1
      model: example
      inputs:
        x: R[3]
        y: R[2]
      graph:
        - linear: { out: 2 }
          from: x
        - stop_gradient:
          as: value
      loss:
        mse: { prediction: value, target: y }
      ```

      ```console
      $ geoc verify spec.yaml > result.txt
      error[E0608]: the gradient of 'x' is 0.0 along a direction, finite differences give -0.05480724892444518
       --> spec.yaml
        = see: geoc explain E0608

      error[E0608]: the gradient of 'linear_1.weight' is 0.0 along a direction, finite differences give -0.0084866908844905
       --> spec.yaml
        = see: geoc explain E0608

      error[E0608]: the gradient of 'linear_1.bias' is 0.0 along a direction, finite differences give 0.05212229261937947
       --> spec.yaml
        = see: geoc explain E0608

      3 errors
      ```

      Mended:

      ```yaml spec.yaml
      geoc: 1
      model: example
      inputs:
        x: R[3]
        y: R[2]
      graph:
        - linear: { out: 2 }
          from: x
          as: value
      loss:
        mse: { prediction: value, target: y }
      ```

      ```console
      $ geoc verify spec.yaml > result.txt
      ```

      """#,
    "E0609": #"""
      # E0609: an invariance does not hold numerically

      `geoc check` and `geoc verify` move the inputs by random elements of the group of a claim, and compare the outputs: they
      must not change where the claim is `invariant`, and move alike where it is `equivariant`. Numbers are f64, and weights are
      random.

      ```yaml spec.yaml
      geoc: 1
      model: example
      inputs:
        x: R[3]
      graph:
        - linear: { out: 4 }
        - tanh
      claims: { invariant: SO(3) }
      ```

      ```console
      $ geoc verify spec.yaml
      FAIL  invariance under SO(3)  relative error 1.8531
      error[E0609]: invariance under SO(3) does not hold: 'tanh_1' differs by 1.8531
       --> spec.yaml:8:11
        |
      8 | claims: { invariant: SO(3) }
        |           ^^^^^^^^^
        |
        = note: 4 random elements of SO(3), relative to the largest output
        = see: geoc explain E0609

      1 error
      ```

      Mended:

      ```yaml spec.yaml
      geoc: 1
      model: example
      inputs:
        x: R[3]
      graph:
        - inner:
          from: [x, x]
        - reshape: { shape: [1] }
        - linear: { out: 4 }
        - tanh
      claims: { invariant: SO(3) }
      ```

      ```console
      $ geoc verify spec.yaml > result.txt
      ```

      """#,
  ]
}

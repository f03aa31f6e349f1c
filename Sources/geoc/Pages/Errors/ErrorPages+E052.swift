// swift-format-ignore-file
/// Made from `docs/errors` by `GEOC_BLESS=1 swift test --filter geocTests`.
extension ErrorPages {
  static let e052: [String: String] = [
    "E0520": #"""
      # E0520: a data file needs more memory than there is

      The header of a file asks for more memory than there is. Mostly the file is damaged.

      ```yaml spec.yaml
      geoc: 1
      model: example
      dtype: f64
      inputs:
        x: R[2]
      graph:
        - linear: { out: 1 }
          as: score
      ```

      ```console
      $ printf '\223NUMPY\001\000\166\000%-117s\n' "{'descr': '<f8', 'fortran_order': False, 'shape': (4000000000, 4000000000)}" > x.npy
      $ geoc run spec.yaml --task predict --input x=x.npy
      error[E0520]: shape [4000000000, 4000000000] has more elements than memory can hold
       --> x.npy, array 'x'
        = see: geoc explain E0520

      1 error
      ```

      Mended:

      ```csv x.csv
      1,2
      3,4
      ```

      ```console
      $ geoc run spec.yaml --task predict --input x=x.csv
      2 samples → runs/example/20260101-120000/predictions.safetensors
      ```

      """#,
    "E0521": #"""
      # E0521: a batch does not divide into views

      A contrastive loss compares views of the same samples: view 1 of all, then view 2 of all, and so on. The rows of a batch
      must be a multiple of the number of views.

      ```yaml spec.yaml
      geoc: 1
      model: example
      dtype: f64
      inputs:
        x: R[2]
      graph:
        - linear: { out: 3 }
          as: h
      loss:
        self_contrastive: { x: h, temperature: 0.5, similarity: angle }
      ```

      ```csv x.csv
      1,2
      3,4
      5,7
      ```

      ```console
      $ geoc run spec.yaml --task gradient --input x=x.csv
      error[E0521]: 'self_contrastive_1' (contrast) got a batch of 3 rows, which are not 2.0 views of samples
        --> spec.yaml:10:3
         |
      10 |   self_contrastive: { x: h, temperature: 0.5, similarity: angle }
         |   ^^^^^^^^^^^^^^^^
         |
         = see: geoc explain E0521

      1 error
      ```

      Mended:

      ```csv x.csv
      1,2
      3,4
      5,7
      2,8
      ```

      ```console
      $ geoc run spec.yaml --task gradient --input x=x.csv
      4 samples → runs/example/20260101-120000/gradient.safetensors
      ```

      In training, `data.views` makes such batches; `drop_last: true` leaves out a last one that does not fit.

      """#,
    "E0522": #"""
      # E0522: a batch has no labelled row

      A supervised loss on partly labelled data needs a labelled row in each batch, and `labelled` at least one in the
      training rows.

      ```yaml spec.yaml
      geoc: 1
      model: example
      dtype: f64
      inputs:
        x: R
        y: Label(2)
        known: Label(2)
      graph:
        - reshape: { shape: [1] }
          from: x
        - linear: { out: 2 }
          as: logits
      loss:
        supervised_contrastive: { x: logits, label: y, labelled: known, views: 1, similarity: angle }
      data:
        file: data.csv
        labelled: { by: y, classes: [7], fraction: 0.5, as: known }
        split: { test: 0.5, seed: 0 }
      train:
        optimizer: { adam: { lr: 0.01 } }
        epochs: 2
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
      error[E0522]: 'labelled' leaves no labelled row to train on
       --> ./data.csv
        = note: classes of the training rows: 0, 1
        = see: geoc explain E0522

      1 error
      ```

      Mended:

      ```yaml spec.yaml
      geoc: 1
      model: example
      dtype: f64
      inputs:
        x: R
        y: Label(2)
        known: Label(2)
      graph:
        - reshape: { shape: [1] }
          from: x
        - linear: { out: 2 }
          as: logits
      loss:
        supervised_contrastive: { x: logits, label: y, labelled: known, views: 1, similarity: angle }
      data:
        file: data.csv
        labelled: { by: y, classes: [0, 1], fraction: 1.0, as: known }
        split: { test: 0.5, seed: 0 }
      train:
        optimizer: { adam: { lr: 0.01 } }
        epochs: 2
        batch: 8
      ```

      ```csv data.csv
      x,y
      0.1,0
      0.9,1
      0.2,0
      0.8,1
      0.1,0
      0.9,1
      0.2,0
      0.8,1
      0.1,0
      0.9,1
      0.2,0
      0.8,1
      0.1,0
      0.9,1
      0.2,0
      0.8,1
      ```

      ```console
      $ geoc run spec.yaml --quiet > result.txt
      ```

      """#,
  ]
}

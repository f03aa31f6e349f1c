// swift-format-ignore-file
/// Made from `docs/errors` by `GEOC_BLESS=1 swift test --filter geocTests`.
extension ErrorPages {
  static let e050: [String: String] = [
    "E0501": #"""
      # E0501: a data file cannot be read

      The file that `data.file` or `--input` names cannot be read. A path in a spec is relative to the spec, one on the
      command line to the current folder. The exit code is 3.

      ```yaml spec.yaml
      geoc: 1
      model: example
      dtype: f64
      inputs:
        x: R
        y: Label(2)
      graph:
        - reshape: { shape: [1] }
          from: x
        - linear: { out: 2 }
          as: logits
      loss:
        cross_entropy: { logits: logits, target: y }
      data:
        file: data.csv
        split: { test: 0.5, seed: 0 }
      train:
        optimizer: { adam: { lr: 0.01 } }
        epochs: 2
        batch: 2
      ```

      ```console
      $ geoc run spec.yaml --quiet > result.txt
      error[E0501]: the file does not exist
       --> ./data.csv
        = see: geoc explain E0501

      1 error
      ```

      Mended:

      ```csv data.csv
      x,y
      0.1,0
      0.9,1
      0.2,0
      0.8,1
      ```

      ```console
      $ geoc run spec.yaml --quiet > result.txt
      ```

      """#,
    "E0502": #"""
      # E0502: a data file is of no known format

      Data are read from `.npz`, `.npy`, `.csv` and `.safetensors`, by the end of the name.

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

      ```txt x.txt
      1,2
      3,4
      ```

      ```console
      $ geoc run spec.yaml --task predict --input x=x.txt
      error[E0502]: is no array file that is known here
       --> x.txt
        = help: files are npz, npy, csv or safetensors, and named so
        = see: geoc explain E0502

      1 error
      ```

      Mended:

      ```console
      $ mv x.txt x.csv
      $ geoc run spec.yaml --task predict --input x=x.csv
      2 samples → runs/example/20260101-120000/predictions.safetensors
      ```

      """#,
    "E0503": #"""
      # E0503: a data file ends too early

      The header of the file promises more bytes than follow: a copy or a download was cut off.

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

      ```csv x.csv
      1,2
      3,4
      ```

      ```console
      $ geoc run spec.yaml --task predict --input x=x.csv -o scores.npy
      2 samples → scores.npy
      $ head -c 100 scores.npy > x.npy
      $ geoc run spec.yaml --task predict --input x=x.npy
      error[E0503]: 118 more bytes are needed, but only 90 are left
       --> x.npy, array 'x'
        = see: geoc explain E0503

      1 error
      ```

      Mended:

      ```console
      $ geoc run spec.yaml --task predict --input x=x.csv
      2 samples → runs/example/20260101-120000/predictions.safetensors
      ```

      """#,
    "E0504": #"""
      # E0504: a data file is damaged

      A header or a row breaks the rules of the format. The line says where, in a `.csv`.

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

      ```csv x.csv
      1,2
      3,4,5
      ```

      ```console
      $ geoc run spec.yaml --task predict --input x=x.csv
      error[E0504]: this row has 3 cells, but the first one has 2
       --> x.csv:2
        = see: geoc explain E0504

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
    "E0505": #"""
      # E0505: a data file lacks an array

      A name stands for no array of the file. Inputs read the array of their own name unless `bind` says otherwise.

      ```yaml spec.yaml
      geoc: 1
      model: example
      dtype: f64
      inputs:
        x: R
        y: Label(2)
      graph:
        - reshape: { shape: [1] }
          from: x
        - linear: { out: 2 }
          as: logits
      loss:
        cross_entropy: { logits: logits, target: y }
      data:
        file: data.csv
        split: { test: 0.5, seed: 0 }
      train:
        optimizer: { adam: { lr: 0.01 } }
        epochs: 2
        batch: 2
      ```

      ```csv data.csv
      x,label
      0.1,0
      0.9,1
      0.2,0
      0.8,1
      ```

      ```console
      $ geoc run spec.yaml --quiet > result.txt
      error[E0505]: there is no array 'y'
       --> ./data.csv
        = note: arrays in the file: data, x, label
        = see: geoc explain E0505

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
      graph:
        - reshape: { shape: [1] }
          from: x
        - linear: { out: 2 }
          as: logits
      loss:
        cross_entropy: { logits: logits, target: y }
      data:
        file: data.csv
        bind: { y: label }
        split: { test: 0.5, seed: 0 }
      train:
        optimizer: { adam: { lr: 0.01 } }
        epochs: 2
        batch: 2
      ```

      ```console
      $ geoc run spec.yaml --quiet > result.txt
      ```

      """#,
    "E0506": #"""
      # E0506: an array has a type of elements that cannot be used

      Inputs are numbers, class indices whole numbers.

      ```yaml spec.yaml
      geoc: 1
      model: example
      dtype: f64
      inputs:
        x: R
        y: Label(2)
      graph:
        - reshape: { shape: [1] }
          from: x
        - linear: { out: 2 }
          as: logits
      loss:
        cross_entropy: { logits: logits, target: y }
      data:
        file: data.csv
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
      0.2,0.5
      0.8,1
      ```

      ```console
      $ geoc run spec.yaml --quiet > result.txt
      error[E0506]: class indices of input 'y' must be whole numbers, found 0.5
       --> ./data.csv, array 'y'
        = note: row 2 of input 'y', counted from 0
        = see: geoc explain E0506

      1 error
      ```

      Mended:

      ```csv data.csv
      x,y
      0.1,0
      0.9,1
      0.2,0
      0.8,1
      ```

      ```console
      $ geoc run spec.yaml --quiet > result.txt
      ```

      """#,
    "E0507": #"""
      # E0507: an array's shape does not fit the input's type

      An array has one axis for the rows, and then the axes of the input's type.

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

      ```csv x.csv
      1,2,3
      4,5,6
      ```

      ```console
      $ geoc run spec.yaml --task predict --input x=x.csv
      error[E0507]: input 'x' is R[2], the array has shape [2, 3]
       --> x.csv
        = note: expected [rows, 2]
        = see: geoc explain E0507

      1 error
      ```

      Mended:

      ```yaml spec.yaml
      geoc: 1
      model: example
      dtype: f64
      inputs:
        x: R[3]
      graph:
        - linear: { out: 1 }
          as: score
      ```

      ```console
      $ geoc run spec.yaml --task predict --input x=x.csv
      2 samples → runs/example/20260101-120000/predictions.safetensors
      ```

      """#,
    "E0508": #"""
      # E0508: an array holds NaN or infinity

      NaN and infinities are refused before they spread. Find where they come from, or leave those rows out.

      ```yaml spec.yaml
      geoc: 1
      model: example
      dtype: f64
      inputs:
        x: R
        y: Label(2)
      graph:
        - reshape: { shape: [1] }
          from: x
        - linear: { out: 2 }
          as: logits
      loss:
        cross_entropy: { logits: logits, target: y }
      data:
        file: data.csv
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
      nan,0
      0.8,1
      ```

      ```console
      $ geoc run spec.yaml --quiet > result.txt
      error[E0508]: input 'x' holds nan
       --> ./data.csv, array 'x'
        = note: row 2 of input 'x', counted from 0
        = see: geoc explain E0508

      1 error
      ```

      Mended:

      ```csv data.csv
      x,y
      0.1,0
      0.9,1
      0.2,0
      0.8,1
      ```

      ```console
      $ geoc run spec.yaml --quiet > result.txt
      ```

      """#,
    "E0509": #"""
      # E0509: a class index is outside its range

      Class indices of `Label(K)` are 0 to K−1.

      ```yaml spec.yaml
      geoc: 1
      model: example
      dtype: f64
      inputs:
        x: R
        y: Label(2)
      graph:
        - reshape: { shape: [1] }
          from: x
        - linear: { out: 2 }
          as: logits
      loss:
        cross_entropy: { logits: logits, target: y }
      data:
        file: data.csv
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
      0.8,2
      ```

      ```console
      $ geoc run spec.yaml --quiet > result.txt
      error[E0509]: class index 2 is outside 0...1
       --> ./data.csv, array 'y'
        = note: row 3 of input 'y', counted from 0
        = help: classes of Label(2) are counted from 0
        = see: geoc explain E0509

      1 error
      ```

      Mended:

      ```yaml spec.yaml
      geoc: 1
      model: example
      dtype: f64
      inputs:
        x: R
        y: Label(3)
      graph:
        - reshape: { shape: [1] }
          from: x
        - linear: { out: 3 }
          as: logits
      loss:
        cross_entropy: { logits: logits, target: y }
      data:
        file: data.csv
        split: { test: 0.5, seed: 0 }
      train:
        optimizer: { adam: { lr: 0.01 } }
        epochs: 2
        batch: 2
      ```

      ```console
      $ geoc run spec.yaml --quiet > result.txt
      ```

      """#,
  ]
}

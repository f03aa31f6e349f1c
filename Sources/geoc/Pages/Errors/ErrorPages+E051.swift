// swift-format-ignore-file
/// Made from `docs/errors` by `GEOC_BLESS=1 swift test --filter geocTests`.
extension ErrorPages {
  static let e051: [String: String] = [
    "E0510": #"""
      # E0510: an array holds pickled objects

      NumPy stores an array of objects as pickled code, which runs when it is loaded. geoc never runs it. An array becomes one
      of objects when its rows differ in length, or hold text.

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
      $ printf '\223NUMPY\001\000\166\000%-117s\n' "{'descr': '|O', 'fortran_order': False, 'shape': (2,)}" > x.npy
      $ geoc run spec.yaml --task predict --input x=x.npy
      error[E0510]: holds pickled Python objects, and files that need numpy's allow_pickle are not read
       --> x.npy, array 'x'
        = help: save the array with a numeric dtype
        = see: geoc explain E0510

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

      Save numbers: `np.save('x.npy', np.array(rows, dtype=np.float64))`.

      """#,
    "E0511": #"""
      # E0511: an index of a split is outside the data

      `split: { train: ARRAY, test: ARRAY }` names arrays of row indices, counted from 0. An index beyond the rows, or one in
      two parts, is refused: a row that is tested on must not be trained on.

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
        split: { train: a, test: b }
      train:
        optimizer: { adam: { lr: 0.01 } }
        epochs: 2
        batch: 2
      ```

      ```csv data.csv
      x,y,a,b
      0.1,0,0,2
      0.9,1,1,3
      0.2,0,0,2
      0.8,1,1,4
      ```

      ```console
      $ geoc run spec.yaml --quiet > result.txt
      error[E0511]: index 4 is outside the 4 rows of the data
       --> ./data.csv, array 'b'
        = see: geoc explain E0511

      1 error
      ```

      Mended:

      ```csv data.csv
      x,y,a,b
      0.1,0,0,2
      0.9,1,1,3
      0.2,0,0,2
      0.8,1,1,3
      ```

      ```console
      $ geoc run spec.yaml --quiet > result.txt
      ```

      """#,
    "E0512": #"""
      # E0512: a part of the split has no rows

      `where` or `split` leaves no rows for training or for the test.

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
        where: { y: 5 }
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
      error[E0512]: 'where' keeps no rows
       --> ./data.csv
        = see: geoc explain E0512

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
        where: { y: [0, 1] }
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
    "E0513": #"""
      # E0513: arrays have different numbers of rows

      Arrays that belong together have one row for each sample.

      ```yaml spec.yaml
      geoc: 1
      model: example
      dtype: f64
      inputs:
        x: R[2]
        y: R[2]
      graph:
        - add:
          from: [x, y]
        - linear: { out: 1 }
          as: score
      ```

      ```csv x.csv
      1,2
      3,4
      ```

      ```csv y.csv
      1,2
      ```

      ```console
      $ geoc run spec.yaml --task predict --input x=x.csv --input y=y.csv
      error[E0513]: input 'y' has 1 samples, input 'x' has 2
       --> y.csv
        = see: geoc explain E0513

      1 error
      ```

      Mended:

      ```csv y.csv
      1,2
      5,6
      ```

      ```console
      $ geoc run spec.yaml --task predict --input x=x.csv --input y=y.csv
      2 samples → runs/example/20260101-120000/predictions.safetensors
      ```

      """#,
    "E0514": #"""
      # E0514: a weights file lacks a tensor of the model

      The weights file lacks a tensor that the model has: it belongs to another model, or a node was renamed. The weight of
      node `h` is `h.weight`.

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
      0.8,1
      ```

      ```yaml deeper.yaml
      geoc: 1
      model: example
      dtype: f64
      inputs:
        x: R
        y: Label(2)
      graph:
        - reshape: { shape: [1] }
          from: x
        - linear: { out: 1 }
          as: hidden
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
      $ geoc run deeper.yaml --task eval --weights runs/example/*/model.safetensors
      error[E0514]: there is no tensor 'hidden.weight'
       --> runs/example/20260101-120000/model.safetensors
        = see: geoc explain E0514

      error[E0514]: there is no tensor 'hidden.bias'
       --> runs/example/20260101-120000/model.safetensors
        = see: geoc explain E0514

      2 errors
      ```

      Mended:

      ```console
      $ geoc run spec.yaml --task eval --weights runs/example/*/model.safetensors > result.txt
      ```

      """#,
    "E0515": #"""
      # E0515: a weights file has a tensor the model does not have

      The weights file has a tensor that the model lacks: it belongs to another model, or a node was renamed or removed.

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
      0.8,1
      ```

      ```yaml plain.yaml
      geoc: 1
      model: example
      dtype: f64
      inputs:
        x: R
        y: Label(2)
      graph:
        - reshape: { shape: [1] }
          from: x
        - linear: { out: 2, bias: false }
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
      $ geoc run plain.yaml --task eval --weights runs/example/*/model.safetensors
      error[E0515]: the model has no tensor 'logits.bias'
       --> runs/example/20260101-120000/model.safetensors
        = see: geoc explain E0515

      1 error
      ```

      Mended:

      ```console
      $ geoc run spec.yaml --task eval --weights runs/example/*/model.safetensors > result.txt
      ```

      """#,
    "E0516": #"""
      # E0516: a tensor has another shape than the parameter

      A tensor of the weights file has another shape than the parameter of its name: a size was changed after training.

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
      0.8,1
      ```

      ```yaml more.yaml
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
      $ geoc run more.yaml --task eval --weights runs/example/*/model.safetensors
      error[E0516]: 'logits.weight' has shape [2, 1], the model wants [3, 1]
       --> runs/example/20260101-120000/model.safetensors
        = note: the file belongs to another model
        = see: geoc explain E0516

      error[E0516]: 'logits.bias' has shape [2], the model wants [3]
       --> runs/example/20260101-120000/model.safetensors
        = note: the file belongs to another model
        = see: geoc explain E0516

      2 errors
      ```

      Mended:

      ```console
      $ geoc run spec.yaml --task eval --weights runs/example/*/model.safetensors > result.txt
      ```

      """#,
    "E0517": #"""
      # E0517: a file cannot be written

      A result cannot be written: the folder is missing, the disk is full, or writing is not allowed. What was there stays as
      it was. The exit code is 3.

      ```yaml spec.yaml
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 3 }
      ```

      ```console
      $ geoc compile spec.yaml -o plans/model.geoplan
      error[E0517]: plans/model.geoplan: cannot create a file in plans/: No such file or directory
       --> plans/model.geoplan
        = see: geoc explain E0517

      1 error
      ```

      Mended:

      ```console
      $ mkdir plans
      $ geoc compile spec.yaml -o plans/model.geoplan
      wrote plans/model.geoplan
      ```

      """#,
    "E0518": #"""
      # E0518: a checkpoint cannot be resumed

      `--resume` goes on with a run where it stopped. That is the same training only with the spec and the seed that it was
      started with.

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
      0.8,1
      ```

      ```console
      $ geoc run spec.yaml --quiet --seed 1 > result.txt
      $ geoc run spec.yaml --quiet --seed 2 --resume runs/example/*
      error[E0518]: the run was started with the seed 1, not 2
       --> runs/example/20260101-120000/checkpoint.safetensors
        = help: leave '--seed' out
        = see: geoc explain E0518

      1 error
      ```

      Mended:

      ```console
      $ geoc run spec.yaml --quiet --resume runs/example/* > result.txt
      ```

      To start a new training from the weights of a run, use `--weights RUN/model.safetensors`.

      """#,
  ]
}

// swift-format-ignore-file
/// Made from `docs/errors` by `GEOC_BLESS=1 swift test --filter geocTests`.
extension ErrorPages {
  static let e040: [String: String] = [
    "E0401": #"""
      # E0401: a file is not a plan

      `geoc run FILE.geoplan` wants what `geoc compile` wrote. Another file, or one that was cut off, is refused.

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
      $ geoc compile spec.yaml -o model.geoplan
      wrote model.geoplan
      $ head -c 200 model.geoplan > cut.geoplan
      $ geoc run cut.geoplan --input x=x.csv
      error[E0401]: the header takes 9808 bytes, but only 192 follow its length
       --> cut.geoplan
        = see: geoc explain E0401

      1 error
      ```

      Mended:

      ```console
      $ geoc run model.geoplan --input x=x.csv
      2 samples → runs/example/20260101-120000/predictions.safetensors
      ```

      """#,
    "E0402": #"""
      # E0402: a plan was made by another version

      A plan is read by the version of geoc that wrote it only: its kernels and its memory layout belong to that version.

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
      $ geoc compile spec.yaml -o model.geoplan
      wrote model.geoplan
      $ sed 's/"geoc_version":"[0-9]/"geoc_version":"9/' model.geoplan > other.geoplan
      $ geoc run other.geoplan --input x=x.csv
      error[E0402]: the plan was made by another version of geoc
       --> other.geoplan
        = note: geoc_version of the plan: 9.1.0
        = note: geoc_version of this program: 0.1.0
        = help: compile the spec again: geoc compile
        = see: geoc explain E0402

      1 error
      ```

      Mended:

      ```console
      $ geoc compile spec.yaml -o other.geoplan
      wrote other.geoplan
      $ geoc run other.geoplan --input x=x.csv
      2 samples → runs/example/20260101-120000/predictions.safetensors
      ```

      """#,
    "E0403": #"""
      # E0403: a plan's content does not match its hash

      The hash in a plan is not that of its content: the file was edited or damaged. A plan is made by compiling, not by hand.

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
      $ geoc compile spec.yaml -o model.geoplan
      wrote model.geoplan
      $ sed 's/@predict/@foretel/' model.geoplan > edited.geoplan
      $ geoc run edited.geoplan --input x=x.csv
      error[E0403]: the plan was changed after it was written
       --> edited.geoplan
        = help: compile the spec again: geoc compile
        = see: geoc explain E0403

      1 error
      ```

      Mended:

      ```console
      $ geoc run model.geoplan --input x=x.csv
      2 samples → runs/example/20260101-120000/predictions.safetensors
      ```

      """#,
    "E0404": #"""
      # E0404: a plan's schedule is invalid

      The schedule in a plan does not execute its functions: a step reads what nobody wrote, two values share memory, or a
      kernel is missing. Every plan is checked when it is read, so that a wrong one never runs. The hash of `forged.geoplan`
      fits, so that another program must have written it.

      ```console
      $ geoc run forged.geoplan --input x=x.csv
      error[E0404]: the schedules are not those of the functions
       --> forged.geoplan
        = help: compile the spec again: geoc compile
        = see: geoc explain E0404

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
        - linear: { out: 1 }
          as: score
      ```

      ```csv x.csv
      1,2
      3,4
      ```

      ```console
      $ geoc compile spec.yaml -o model.geoplan
      wrote model.geoplan
      $ geoc run model.geoplan --input x=x.csv
      2 samples → runs/example/20260101-120000/predictions.safetensors
      ```

      """#,
    "E0405": #"""
      # E0405: the text of the IR is not well formed

      The IR in a plan is not text that geoc prints. `grammar/ir.ebnf` is its grammar. The hash of `forged.geoplan` fits, so
      that another program must have written it.

      ```console
      $ geoc run forged.geoplan --input x=x.csv
      error[E0405]: expected '->'
       --> forged.geoplan
        = note: line 6 of the IR in the plan
        = help: compile the spec again: geoc compile
        = see: geoc explain E0405

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
        - linear: { out: 1 }
          as: score
      ```

      ```csv x.csv
      1,2
      3,4
      ```

      ```console
      $ geoc compile spec.yaml -o model.geoplan
      wrote model.geoplan
      $ geoc run model.geoplan --input x=x.csv
      2 samples → runs/example/20260101-120000/predictions.safetensors
      ```

      """#,
    "E0406": #"""
      # E0406: the IR is not valid

      The IR in a plan breaks the rules of its ops: a type, a name or a number of operands is wrong. The hash of
      `forged.geoplan` fits, so that another program must have written it.

      ```console
      $ geoc run forged.geoplan --input x=x.csv
      error[E0406]: @initialize, node 1 'random_uniform': gives R[2, 3], declared R[1, 4]
       --> forged.geoplan
        = help: compile the spec again: geoc compile
        = see: geoc explain E0406

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
        - linear: { out: 1 }
          as: score
      ```

      ```csv x.csv
      1,2
      3,4
      ```

      ```console
      $ geoc compile spec.yaml -o model.geoplan
      wrote model.geoplan
      $ geoc run model.geoplan --input x=x.csv
      2 samples → runs/example/20260101-120000/predictions.safetensors
      ```

      """#,
    "E0408": #"""
      # E0408: a plan needs more memory than allowed

      A plan wants more memory than the machine has. The batch, or a size in the spec, is too large.

      ```yaml spec.yaml
      geoc: 1
      model: example
      inputs:
        x: R[1]
      graph:
        - reshape: { shape: [1, 1, 1] }
        - conv2d: { out: 1, kernel: 1, padding: 23000 }
      ```

      ```csv x.csv
      1
      ```

      ```console
      $ geoc run spec.yaml --task predict --input x=x.csv
      error[E0408]: 135429888128 bytes of memory are not available
        = see: geoc explain E0408

      1 error
      ```

      Mended:

      ```yaml spec.yaml
      geoc: 1
      model: example
      inputs:
        x: R[1]
      graph:
        - reshape: { shape: [1, 1, 1] }
        - conv2d: { out: 1, kernel: 1, padding: 2 }
      ```

      ```console
      $ geoc run spec.yaml --task predict --input x=x.csv
      1 samples → runs/example/20260101-120000/predictions.safetensors
      ```

      `claims: { max_memory: 2 GB }` lets `geoc check` find it before anything runs.

      """#,
    "E0409": #"""
      # E0409: a plan lacks the function the task needs

      The task needs a function that the plan does not have: `train` needs a spec with `train`, `eval` one with a `loss` or
      metrics.

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
      $ geoc run spec.yaml --task train
      error[E0409]: the spec of 'example' has no 'train', or no 'loss'
        = help: add both, or use '--task predict'
        = see: geoc explain E0409

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
  ]
}

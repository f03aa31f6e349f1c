/// The parts of the schema that do not depend on what is declared.
enum SchemaTables {
  private static func integer(_ least: Double, _ meaning: String) -> SchemaValue {
    .object([("type", .text("integer")), ("minimum", .number(least)), ("description", .text(meaning))])
  }

  private static func share(_ meaning: String) -> SchemaValue {
    .object([
      ("type", .text("number")), ("minimum", .number(0)), ("maximum", .number(1)), ("description", .text(meaning)),
    ])
  }

  private static func closed(_ properties: [(String, SchemaValue)]) -> [(String, SchemaValue)] {
    [
      ("type", .text("object")), ("additionalProperties", .flag(false)), ("properties", .object(properties)),
    ]
  }

  /// `data`.
  static let data: [(String, SchemaValue)] =
    closed([
      ("file", .described("string", "A .npz, .npy, .csv or .safetensors file, relative to the spec.")),
      (
        "bind",
        .object([
          ("type", .text("object")),
          ("description", .text("Array of the file for each input; its own name by default.")),
          ("additionalProperties", .object([("type", .text("string"))])),
        ])
      ),
      ("where", .described("object", "Keep the rows whose array has this value, or one of these.")),
      (
        "split",
        .object(
          closed([
            ("train", .described("string", "Array of row indices.")),
            ("test", .described(nil, "Share of the rows, or array of row indices.")),
            ("validation", .described(nil, "Share of the rows, or array of row indices.")),
            ("seed", integer(0, "Seed of the division.")),
            ("stratify", .described("string", "Array whose classes are divided alike.")),
            ("group", .described("string", "Array whose equal values stay on one side.")),
            ("folds", integer(2, "Number of folds of a cross-validation.")),
          ]))
      ),
      (
        "standardize",
        SchemaValue.reference("names").describedBy("Inputs brought to mean 0 and deviation 1 of the training rows.")
      ),
      ("views", integer(1, "Views of each sample in a training batch.")),
      (
        "augment",
        .object([
          ("type", .text("array")), ("description", .text("Random changes of the samples of training batches.")),
          ("items", .object(augmentation)),
        ])
      ),
      (
        "labelled",
        .object(
          closed([
            ("by", .described("string", "Array of the classes.")),
            ("classes", .described("array", "Classes that have labelled rows.")),
            ("fraction", share("Share of the rows of these classes that are labelled.")),
            ("seed", integer(0, "Seed of the choice.")),
            ("as", .described("string", "Input that is 1 for a labelled row and 0 for another.")),
          ]) + [("required", .texts(["by", "classes", "fraction"]))])
      ),
      (
        "relabel_every",
        .described(nil, "Epochs after which the labels of the training rows are drawn anew, or epochs and input.")
      ),
    ]) + [("required", .texts(["file"]))]

  /// `sweep`.
  static let sweep: [(String, SchemaValue)] =
    closed([
      (
        "grid",
        .object([
          ("type", .text("object")), ("minProperties", .number(1)),
          ("description", .text("Values of each parameter, by its path as for --set: train.optimizer.adam.lr.")),
        ])
      ),
      ("select", .described("string", "Metric, or loss, that chooses the setting; the first metric by default.")),
      ("folds", integer(2, "Folds of the cross-validation inside the training rows.")),
      ("group", .described("string", "Array whose equal values stay in one fold.")),
      ("seed", integer(0, "Seed of the folds.")),
    ]) + [("required", .texts(["grid"]))]

  /// `train`.
  static let train: [(String, SchemaValue)] =
    closed([
      ("optimizer", .reference("optimizer")),
      (
        "groups",
        .object([
          ("type", .texts(["array", "object"])),
          ("description", .text("Parameters of the model with settings of their own.")),
          (
            "items",
            .object([
              ("type", .text("object")),
              (
                "properties",
                .object([
                  ("match", SchemaValue.reference("names").describedBy("Names of parameters, with * and ?.")),
                  ("space", .described("string", "All parameters on this space.")),
                  ("schedule", .reference("schedule")),
                ])
              ),
            ])
          ),
        ])
      ),
      ("schedule", .reference("schedule")),
      (
        "clip",
        .object([
          ("type", .text("number")), ("exclusiveMinimum", .number(0)),
          ("description", .text("Largest norm of all gradients together.")),
        ])
      ),
      ("epochs", integer(1, "Passes over the training rows.")),
      ("steps", integer(1, "Steps of the optimizer, instead of epochs.")),
      (
        "batch",
        .object([
          (
            "anyOf",
            .list([
              .object([("type", .text("integer")), ("minimum", .number(1))]), .object([("const", .text("whole"))]),
            ])
          ),
          ("default", .number(32)),
        ])
      ),
      ("drop_last", .object([("type", .text("boolean")), ("default", .flag(false))])),
      ("shuffle", .object([("type", .text("boolean")), ("default", .flag(true))])),
      ("seed", integer(0, "Seed of initial values, order and random ops.")),
      ("checkpoint_every", integer(1, "Epochs between checkpoints.")),
      ("early_stop", integer(1, "Epochs without a better validation loss before stopping.")),
      ("until", .object([("enum", .texts(["separated"])), ("description", .text("Ends training early."))])),
    ]) + [("required", .texts(["optimizer"]))]

  /// An entry of `data.augment`.
  private static let augmentation: [(String, SchemaValue)] = {
    let input: (String, SchemaValue) = ("input", .described("string", "Input that is changed."))
    let shift = closed([
      ("pixels", integer(1, "Largest shift along each axis.")),
      ("shape", .described("array", "Axes of the images, where the input is flat.")), input,
    ])
    let noise = closed([("std", .described("number", "Standard deviation.")), input])
    return closed([
      ("shift", .object(shift + [("required", .texts(["pixels"]))])),
      ("noise", .object(noise + [("required", .texts(["std"]))])),
    ]) + [("maxProperties", .number(1))]
  }()

  /// `cluster_accuracy` of `metrics`.
  static let clusterAccuracy: [(String, SchemaValue)] =
    closed([
      ("features", .described("string", "Value that k-means clusters, brought to norm 1.")),
      ("prediction", .described("string", "Value whose largest element names the cluster.")),
      ("target", .described("string", "Input with the classes.")),
      ("old", .described("array", "Classes that have labelled rows.")),
      ("clusters", integer(2, "Clusters of k-means; as many as classes by default.")),
      ("starts", integer(1, "Starts of k-means.")), ("seed", integer(0, "Seed of k-means.")),
      ("semi_supervised", .object([("type", .text("boolean")), ("default", .flag(false))])),
    ]) + [("required", .texts(["old"]))]

  /// A number, or one that changes over epochs.
  static func schedule(of number: SchemaValue) -> SchemaValue {
    let linear: [(String, SchemaValue)] =
      closed([
        ("from", number), ("to", number), ("start", integer(0, "Epoch up to which it is 'from', counted from 1.")),
        ("end", integer(1, "Epoch from which it is 'to'.")),
      ]) + [("required", .texts(["from", "to", "start", "end"]))]
    let form = closed([("linear", .object(linear))]) + [("required", .texts(["linear"]))]
    return .object([("anyOf", .list([number, .object(form)]))])
  }

  /// `train.schedule`.
  static let schedule: [(String, SchemaValue)] = [
    (
      "anyOf",
      .list([
        .object([("enum", .texts(["constant", "cosine", "cool_down"]))]),
        .object(
          closed([
            ("constant", .object([("type", .text("null"))])),
            (
              "step",
              .object(
                closed([("every", integer(1, "Epochs between two drops.")), ("gamma", share("Factor of a drop."))])
                  + [("required", .texts(["every"]))])
            ),
            ("cosine", .object(closed([("floor", share("Last factor."))]))),
            (
              "warmup",
              .object(
                closed([
                  ("steps", integer(1, "Steps of the optimizer until the full rate.")),
                  ("start", share("First factor.")),
                  ("then", .reference("schedule")),
                ]) + [("required", .texts(["steps"]))])
            ),
            (
              "cool_down",
              .object(
                closed([
                  ("fraction", share("Share of the steps at the end.")), ("floor", share("Last factor.")),
                ]))
            ),
          ]) + [("maxProperties", .number(1))]),
      ])
    )
  ]
}

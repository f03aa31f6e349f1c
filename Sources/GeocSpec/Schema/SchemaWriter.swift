import GeocIR

/// Writes the JSON Schema of specs (draft 2020-12) from everything that is declared, for completion in editors.
///
/// The schema is a help, not the judge: it admits what the compiler admits, but types, names and relations are checked
/// by the compiler only.
package enum SchemaWriter {
  /// The schema as formatted text with a final line break.
  package static func schema(_ registry: OpRegistry) -> String {
    let ops = registry.ordered.filter { $0.isPublic }.sorted { $0.name < $1.name }
    let rules = registry.optimizers.values.sorted { $0.name < $1.name }
    var definitions: [(String, SchemaValue)] = commonDefinitions(ops)
    definitions.append(("optimizer", optimizer(rules)))
    definitions.append(("schedule", .object(SchemaTables.schedule)))
    for op in ops { definitions.append(("op.\(op.name)", parameters(op.signature, op.doc, withInputs: true))) }
    for rule in rules {
      definitions.append(("optimizer.\(rule.name)", parameters(rule.signature, rule.doc, withInputs: false)))
    }
    for rewrite in registry.rewrites {
      definitions.append(("pass.\(rewrite.name)", parameters(rewrite.signature, rewrite.doc, withInputs: false)))
    }
    let fields: [(String, SchemaValue)] = [
      ("$schema", .text("https://json-schema.org/draft/2020-12/schema")),
      ("title", .text("geoc model")),
      ("description", .text("A geometric deep learning model for geoc, language version 1.")),
      ("type", .text("object")),
      ("required", .texts(["geoc", "model", "inputs", "graph"])),
      ("additionalProperties", .flag(false)),
      ("properties", .object(topProperties(registry.rewrites))),
      ("$defs", .object(definitions)),
    ]
    return SchemaValue.object(fields).text() + "\n"
  }

  private static func topProperties(_ rewrites: [any ModelRewrite.Type]) -> [(String, SchemaValue)] {
    let names = SchemaValue.reference("names")
    return [
      ("geoc", .object([("const", .number(1)), ("description", .text("Version of the language."))])),
      (
        "model",
        .object([
          ("type", .text("string")), ("pattern", .text("^[a-z0-9_-]+$")), ("description", .text("Name of the model.")),
        ])
      ),
      ("description", .described("string", "What the model is.")),
      ("dtype", .object([("enum", .texts(["f32", "f64"])), ("default", .text("f32"))])),
      ("include", names.describedBy("Files whose blocks are brought in, relative to this file.")),
      (
        "dims",
        .object([
          ("type", .text("object")), ("description", .text("Named sizes, usable wherever a size stands.")),
          ("additionalProperties", .object([("type", .text("integer")), ("minimum", .number(1))])),
        ])
      ),
      (
        "inputs",
        .object([
          ("type", .text("object")), ("minProperties", .number(1)),
          ("description", .text("Name and type of each input, for one sample: R[8, 200], SPD(8), Label(5).")),
          ("additionalProperties", .object([("type", .text("string"))])),
        ])
      ),
      (
        "blocks",
        .object([
          ("type", .text("object")), ("description", .text("Reusable sub-graphs.")),
          ("additionalProperties", .reference("block")),
        ])
      ),
      ("graph", .reference("graph")),
      ("outputs", names.describedBy("Values that the model gives; the last node by default.")),
      (
        "loss",
        .object([
          (
            "anyOf",
            .list([
              .reference("loss"), .object([("type", .text("array")), ("items", .reference("loss"))]),
            ])
          )
        ])
      ),
      ("metrics", .object([("type", .text("array")), ("items", .reference("metric"))])),
      (
        "claims",
        .described(nil, "Properties that are proved or tested: \(SpecReader.claimNames.joined(separator: ", ")).")
      ),
      ("passes", passes(rewrites)),
      ("data", .reference("data")),
      ("train", .reference("train")),
      ("sweep", .reference("sweep")),
    ]
  }

  private static func commonDefinitions(_ ops: [any Op.Type]) -> [(String, SchemaValue)] {
    let bare = ops.filter { $0.signature.parameters.allSatisfy { $0.defaultValue != nil || $0.isOptional } }
    let opProperties = ops.map { ($0.name, SchemaValue.reference("op.\($0.name)")) }
    let reserved: [(String, SchemaValue)] = [
      ("as", .described("string", "Name of the node.")),
      ("from", SchemaValue.reference("names").describedBy("What it reads; the previous node by default.")),
    ]
    let times: (String, SchemaValue) = (
      "repeat", SchemaValue.reference("size").describedBy("How often it stands in a row.")
    )
    let weight: (String, SchemaValue) = ("weight", .described("number", "Factor in the sum of losses."))
    let block = SchemaValue.object([("type", .texts(["object", "null"])), ("description", .text("A block."))])
    return [
      (
        "names",
        .object([
          (
            "anyOf",
            .list([
              .object([("type", .text("string"))]),
              .object([("type", .text("array")), ("items", .object([("type", .text("string"))]))]),
            ])
          )
        ])
      ),
      ("size", choice(.object([("type", .text("integer"))]))),
      ("graph", .object([("type", .text("array")), ("minItems", .number(1)), ("items", .reference("node"))])),
      (
        "node",
        .object([
          (
            "anyOf",
            .list([
              .object([("enum", .texts(bare.map { $0.name }))]),
              .object([("type", .text("string")), ("description", .text("A block."))]),
              .object([
                ("type", .text("object")), ("minProperties", .number(1)),
                ("properties", .object(opProperties + reserved + [times])), ("additionalProperties", block),
              ]),
            ])
          )
        ])
      ),
      (
        "loss",
        .object([
          ("type", .text("object")), ("minProperties", .number(1)),
          ("properties", .object(opProperties + reserved + [weight])), ("additionalProperties", block),
        ])
      ),
      (
        "block",
        .object([
          ("type", .text("object")), ("required", .texts(["graph"])), ("additionalProperties", .flag(false)),
          (
            "properties",
            .object([
              ("params", .described(nil, "Parameters, with defaults or null.")),
              ("in", .described(nil, "Inputs with their types; '?' is a size that is inferred.")),
              ("graph", .reference("graph")),
              ("out", SchemaValue.reference("names").describedBy("Results; the last node by default.")),
            ])
          ),
        ])
      ),
      ("metric", metric()),
      ("data", .object(SchemaTables.data)),
      ("train", .object(SchemaTables.train)),
      ("sweep", .object(SchemaTables.sweep)),
    ]
  }

  private static func metric() -> SchemaValue {
    let fields = SchemaValue.object([
      ("type", .text("object")), ("additionalProperties", .flag(false)),
      (
        "properties",
        .object([
          ("prediction", .described("string", "Value of the model.")),
          ("target", .described("string", "Input that it is compared with.")),
        ])
      ),
    ])
    let simple = SpecReader.metricNames.filter { $0 != "cluster_accuracy" }
    return .object([
      (
        "anyOf",
        .list([
          .object([("enum", .texts(simple))]),
          .object([
            ("type", .text("object")), ("maxProperties", .number(1)), ("additionalProperties", .flag(false)),
            (
              "properties",
              .object(simple.map { ($0, fields) } + [("cluster_accuracy", .object(SchemaTables.clusterAccuracy))])
            ),
          ]),
        ])
      )
    ])
  }

  private static func optimizer(_ rules: [any OptimizerRule.Type]) -> SchemaValue {
    let bare = rules.filter { $0.signature.parameters.allSatisfy { $0.defaultValue != nil || $0.isOptional } }
    var forms: [SchemaValue] = []
    if !bare.isEmpty { forms.append(.object([("enum", .texts(bare.map { $0.name }))])) }
    forms.append(
      .object([
        ("type", .text("object")), ("minProperties", .number(1)), ("maxProperties", .number(1)),
        ("additionalProperties", .flag(false)),
        ("properties", .object(rules.map { ($0.name, .reference("optimizer.\($0.name)")) })),
      ]))
    return .object([("anyOf", .list(forms))])
  }

  private static func passes(_ rewrites: [any ModelRewrite.Type]) -> SchemaValue {
    let one = SchemaValue.object([
      (
        "anyOf",
        .list([
          .object([("enum", .texts(rewrites.map { $0.name }))]),
          .object([
            ("type", .text("object")), ("minProperties", .number(1)), ("additionalProperties", .flag(false)),
            ("properties", .object(rewrites.map { ($0.name, SchemaValue.reference("pass.\($0.name)")) })),
          ]),
        ])
      )
    ])
    let all = SchemaValue.object([("anyOf", .list([one, .object([("type", .text("array")), ("items", one)])]))])
    return all.describedBy("Rewrites of the model.")
  }

  /// The parameters of an op, optimizer or rewrite.
  private static func parameters(_ signature: Signature, _ doc: OpDoc, withInputs: Bool) -> SchemaValue {
    var properties = signature.parameters.map { ($0.name, parameter($0, doc.parameters[$0.name] ?? "")) }
    if withInputs {
      for input in signature.inputs where !signature.parameters.contains(where: { $0.name == input.name }) {
        properties.append((input.name, SchemaValue.reference("names").describedBy("Input, by name: \(input.pattern).")))
      }
    }
    let required = signature.parameters.filter { $0.defaultValue == nil && !$0.isOptional }.map(\.name)
    var fields: [(String, SchemaValue)] = [("description", .text(doc.summary))]
    fields.append(("type", required.isEmpty ? .texts(["object", "null"]) : .text("object")))
    fields.append(("additionalProperties", .flag(false)))
    if !required.isEmpty { fields.append(("required", .texts(required))) }
    fields.append(("properties", .object(properties)))
    return .object(fields)
  }

  private static func parameter(_ parameter: Signature.Parameter, _ meaning: String) -> SchemaValue {
    func bounded(_ type: String) -> SchemaValue {
      var fields: [(String, SchemaValue)] = [("type", .text(type))]
      if let x = parameter.lower {
        fields.append((parameter.excludesLower ? "exclusiveMinimum" : "minimum", .number(x)))
      }
      if let x = parameter.upper, x.isFinite {
        fields.append((parameter.excludesUpper ? "exclusiveMaximum" : "maximum", .number(x)))
      }
      return .object(fields)
    }
    func list(_ item: SchemaValue) -> SchemaValue {
      .object([("anyOf", .list([item, .object([("type", .text("array")), ("items", item)])]))])
    }
    var result: SchemaValue =
      switch parameter.kind {
      case .int: choice(bounded("integer"))
      case .real: choice(bounded("number"))
      case .bool: choice(.object([("type", .text("boolean"))]))
      case .text, .type: .object([("type", .text("string"))])
      case .ints: list(choice(bounded("integer")))
      case .reals: list(choice(bounded("number")))
      case .schedule: SchemaTables.schedule(of: choice(bounded("number")))
      case .choice(let names): choice(.object([("enum", .texts(names))]), pattern: "^\\$")
      }
    if parameter.isOptional {
      result = .object([("anyOf", .list([result, .object([("type", .text("null"))])]))])
    }
    if !meaning.isEmpty { result = result.describedBy(meaning) }
    if let value = parameter.defaultValue { result = result.adding("default", SchemaValue(value)) }
    return result
  }

  /// A value, or the name of a size or parameter of a block that stands for it.
  private static func choice(_ value: SchemaValue, pattern: String = "^\\$?[A-Za-z_][A-Za-z0-9_]*$") -> SchemaValue {
    .object([
      ("anyOf", .list([value, .object([("type", .text("string")), ("pattern", .text(pattern))])]))
    ])
  }
}

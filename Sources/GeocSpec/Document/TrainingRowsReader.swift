import GeocDiagnostics
import GeocIR
import GeocYAML

extension RunReader {
  /// Reads `views`, `augment`, `labelled` and `relabel_every`: how training batches are made of rows.
  mutating func readTrainingRows(_ fields: [String: Problems.Field], _ data: inout DataDescription) {
    if let field = fields["views"], let views = problems.integer(field.value, "'views'") {
      if views.value >= 1 {
        data.views = views.value
      } else {
        problems.report(
          .spec.parameterOutOfRange, "'views' must be at least 1, found \(views.value)", at: views.span)
      }
    }
    if let field = fields["augment"] {
      for item in problems.items(field.value, "'augment'") ?? [] {
        if let augmentation = augmentation(item) { data.augmentations.append(augmentation) }
      }
    }
    if let field = fields["labelled"] { data.labelled = labelled(field) }
    if let field = fields["relabel_every"] { data.relabel = relabel(field, without: data.labelled?.input) }
    if let labelled = data.labelled, let field = fields["bind"],
      let entry = field.value.entries?.first(where: { $0.key.text == labelled.input })
    {
      problems.report(
        .spec.badSplit, "'\(labelled.input)' is made by 'labelled' and has no array", at: entry.key.span,
        help: "leave it out of 'bind'")
    }
    guard let labelled = data.labelled else { return }
    data.bind[labelled.input] = nil
  }

  // MARK: Augmentations

  private mutating func augmentation(_ node: YAMLNode) -> DataDescription.Augmentation? {
    let known = ["noise", "shift"]
    guard let entries = node.entries, let first = entries.first, entries.count == 1 else {
      problems.report(
        .spec.wrongKind, "an augmentation is one name with its parameters", at: node.span,
        help: "write 'noise: { std: 0.1 }' or 'shift: { pixels: 1 }'")
      return nil
    }
    guard let name = problems.choice(first.key, "an augmentation", known) else { return nil }
    let keys = name.value == "noise" ? ["std", "input"] : ["pixels", "shape", "input"]
    guard let fields = problems.fields(first.value, "'\(name.value)'", known: keys),
      let (input, shape) = changedInput(fields["input"], name)
    else { return nil }
    if name.value == "noise" {
      guard let field = required("std", fields, name), let deviation = problems.number(field.value, "'std'") else {
        return nil
      }
      guard deviation.value > 0 else {
        problems.report(
          .spec.parameterOutOfRange, "'std' must be greater than 0, found \(NumberText.text(deviation.value))",
          at: deviation.span)
        return nil
      }
      return DataDescription.Augmentation(input: input, change: .noise(deviation: deviation.value))
    }
    guard let field = required("pixels", fields, name), let pixels = problems.integer(field.value, "'pixels'"),
      let (height, width) = imageSize(fields["shape"], shape, of: input, name)
    else { return nil }
    guard (1..<max(2, min(height, width))).contains(pixels.value) else {
      problems.report(
        .spec.parameterOutOfRange,
        "'pixels' must be at least 1 and less than the image of \(height) × \(width), found \(pixels.value)",
        at: pixels.span)
      return nil
    }
    return DataDescription.Augmentation(
      input: input, change: .shift(pixels: pixels.value, height: height, width: width))
  }

  private mutating func required(
    _ key: String, _ fields: [String: Problems.Field], _ name: Located<String>
  ) -> Problems.Field? {
    if let field = fields[key] { return field }
    problems.report(.spec.missingParameter, "'\(name.value)' needs '\(key)'", at: name.span)
    return nil
  }

  /// The inputs that hold arrays, with their shapes.
  private var arrays: [(name: String, shape: [Int])] {
    spec.inputs.compactMap { name, text in
      guard let type = try? TypeReader(dims: spec.sizes, spaces: registry.spaces).type(text.value), type.isReal else {
        return nil
      }
      return (name.value, type.field)
    }
  }

  /// The input that an augmentation changes: the one that is named, else the only one that holds arrays.
  private mutating func changedInput(
    _ field: Problems.Field?, _ name: Located<String>
  ) -> (name: String, shape: [Int])? {
    let arrays = arrays.filter { !$0.shape.isEmpty }
    guard let field else {
      if arrays.count == 1 { return arrays[0] }
      problems.report(
        .spec.missingParameter, "'\(name.value)' needs 'input': the model has \(arrays.count) inputs R[…]",
        at: name.span)
      return nil
    }
    guard let input = problems.text(field.value, "'input'") else { return nil }
    if let found = arrays.first(where: { $0.name == input.value }) { return found }
    problems.report(
      .spec.unknownName, "the model has no input R[…] '\(input.value)'", at: input.span,
      meant: suggestion(for: input.value, among: arrays.map(\.name)))
    return nil
  }

  /// Height and width of the images of an input: its last two axes, or the last two of `shape`.
  private mutating func imageSize(
    _ field: Problems.Field?, _ own: [Int], of input: String, _ name: Located<String>
  ) -> (height: Int, width: Int)? {
    var shape = own
    if let field {
      shape = (field.value.items ?? []).compactMap { problems.integer($0, "a size of 'shape'")?.value }
      let count = shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
      guard shape.count >= 2, shape.allSatisfy({ $0 > 0 }), count == own.reduce(1, *) else {
        problems.report(
          .spec.parameterOutOfRange,
          "'shape' must have two or more axes of \(own.reduce(1, *)) elements together, as the input '\(input)' has",
          at: field.value.span)
        return nil
      }
    }
    guard shape.count >= 2 else {
      problems.report(
        .spec.missingParameter, "'\(name.value)' needs 'shape': the input '\(input)' has one axis", at: name.span,
        help: "write 'shape: [8, 8]' for images of 8 × 8 that are stored row by row")
      return nil
    }
    return (shape[shape.count - 2], shape[shape.count - 1])
  }

  // MARK: Labelled rows

  private mutating func labelled(_ section: Problems.Field) -> DataDescription.Labelled? {
    let known = ["by", "classes", "fraction", "seed", "as"]
    guard let fields = problems.fields(section.value, "'labelled'", known: known) else { return nil }
    for key in ["by", "classes", "fraction"] where fields[key] == nil {
      problems.report(
        .spec.missingParameter, "'labelled' needs '\(key)'", at: section.key.span,
        help: "write 'labelled: { by: ARRAY, classes: [0, 1], fraction: 0.5 }'")
      return nil
    }
    guard let by = fields["by"], let classes = fields["classes"], let fraction = fields["fraction"],
      let array = problems.text(by.value, "'by'"), let share = problems.number(fraction.value, "'fraction'")
    else { return nil }
    let values = (classes.value.items ?? [classes.value]).compactMap { problems.number($0, "a class")?.value }
    guard !values.isEmpty, Set(values).count == values.count else {
      problems.report(.spec.parameterOutOfRange, "'classes' must be different classes", at: classes.value.span)
      return nil
    }
    guard share.value > 0, share.value <= 1 else {
      problems.report(
        .spec.parameterOutOfRange,
        "'fraction' is a share of the rows, above 0 and at most 1, found "
          + NumberText.text(share.value), at: share.span)
      return nil
    }
    let seed = fields["seed"].flatMap { problems.integer($0.value, "'seed'")?.value } ?? 0
    let target: Located<String>
    if let field = fields["as"] {
      guard let name = problems.text(field.value, "'as'") else { return nil }
      target = name
    } else {
      target = Located("labelled", section.key.span)
    }
    guard let type = spec.inputs.first(where: { $0.name.value == target.value })?.type else {
      problems.report(
        .spec.unknownName, "the model has no input '\(target.value)' to tell labelled rows by", at: target.span,
        help: "add '\(target.value): Label(2)' to 'inputs'")
      return nil
    }
    let fits = (try? TypeReader(dims: spec.sizes, spaces: registry.spaces).type(type.value)).map {
      ($0.isReal || $0.space == Space("Label", [2])) && $0.field.isEmpty
    }
    guard fits != false else {
      problems.report(
        .types.argument, "the input '\(target.value)' that tells labelled rows must be Label(2) or R", at: type.span)
      return nil
    }
    return DataDescription.Labelled(
      array: array.value, classes: values, fraction: share.value, seed: seed, input: target.value)
  }

  // MARK: Labels drawn anew

  private mutating func relabel(_ section: Problems.Field, without mask: String?) -> DataDescription.Relabel? {
    var (epochs, name): (YAMLNode, Problems.Field?) = (section.value, nil)
    if section.value.entries != nil {
      guard let fields = problems.fields(section.value, "'relabel_every'", known: ["epochs", "input"]) else {
        return nil
      }
      guard let field = fields["epochs"] else {
        problems.report(
          .spec.missingParameter, "'relabel_every' needs 'epochs'", at: section.key.span,
          help: "write 'relabel_every: 15', or 'relabel_every: { epochs: 15, input: NAME }'")
        return nil
      }
      (epochs, name) = (field.value, fields["input"])
    }
    guard let count = problems.integer(epochs, "'relabel_every'") else { return nil }
    guard count.value >= 1 else {
      problems.report(
        .spec.parameterOutOfRange, "'relabel_every' must be at least 1 epoch, found \(count.value)", at: count.span)
      return nil
    }
    let labels: [(name: String, classes: Int)] = spec.inputs.compactMap { name, text in
      guard name.value != mask,
        let type = try? TypeReader(dims: spec.sizes, spaces: registry.spaces).type(text.value),
        type.space.name == "Label", type.field.isEmpty, let classes = type.space.sizes.first
      else { return nil }
      return (name.value, classes)
    }
    var found = labels.count == 1 ? labels[0] : nil
    if let name {
      guard let input = problems.text(name.value, "'input'") else { return nil }
      found = labels.first { $0.name == input.value }
      if found == nil {
        problems.report(
          .spec.unknownName, "the model has no input Label(…) '\(input.value)'", at: input.span,
          meant: suggestion(for: input.value, among: labels.map(\.name)))
        return nil
      }
    }
    guard let found else {
      problems.report(
        .spec.missingParameter, "'relabel_every' needs 'input': the model has \(labels.count) inputs Label(…)",
        at: section.key.span,
        help: labels.isEmpty ? nil : "write 'relabel_every: { epochs: \(count.value), input: NAME }'")
      return nil
    }
    return DataDescription.Relabel(epochs: count.value, input: found.name, classes: found.classes)
  }
}

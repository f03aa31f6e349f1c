import CYaml

/// One event of libyaml, copied out of its memory; positions are code points from the start of its input.
struct YAMLEvent {
  enum Kind {
    case documentStart(hasTagDirectives: Bool)
    case streamEnd
    case alias(String)
    case scalar(text: String, style: YAMLScalarStyle)
    case sequenceStart(isFlow: Bool)
    case mappingStart(isFlow: Bool)
    case collectionEnd
    case other
  }
  var kind: Kind
  var start: Int
  var end: Int
  var anchor: String?
  var hasTag = false
}

/// What libyaml says about invalid text; positions as in `YAMLEvent`.
struct YAMLSyntaxError: Error {
  var problem: String
  var position: Int
  var context: String?
  var contextPosition: Int
}

/// The event stream of libyaml over bytes that are known to be UTF-8.
final class EventReader {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let input: UnsafeMutableBufferPointer<UInt8>

  /// nil only where libyaml cannot allocate its buffers.
  init?(_ bytes: ArraySlice<UInt8>) {
    // libyaml keeps pointers to both across calls, so they need stable addresses.
    parser = .allocate(capacity: 1)
    input = .allocate(capacity: max(bytes.count, 1))
    _ = input.initialize(from: bytes)
    guard yaml_parser_initialize(parser) == 1 else {
      parser.deallocate()
      input.deallocate()
      return nil
    }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, input.baseAddress, bytes.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
    input.deallocate()
  }

  /// The next event.
  func next() throws(YAMLSyntaxError) -> YAMLEvent {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw syntaxError() }
    defer { yaml_event_delete(&event) }
    var result = YAMLEvent(kind: .other, start: event.start_mark.index, end: event.end_mark.index)
    switch event.type {
    case YAML_STREAM_END_EVENT:
      result.kind = .streamEnd
    case YAML_DOCUMENT_START_EVENT:
      let tags = event.data.document_start.tag_directives
      result.kind = .documentStart(hasTagDirectives: tags.start != tags.end)
    case YAML_ALIAS_EVENT:
      result.kind = .alias(string(event.data.alias.anchor) ?? "")
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      result.kind = .scalar(text: text, style: style(scalar.style))
      result.anchor = string(scalar.anchor)
      result.hasTag = scalar.tag != nil
    case YAML_SEQUENCE_START_EVENT:
      let sequence = event.data.sequence_start
      result.kind = .sequenceStart(isFlow: sequence.style == YAML_FLOW_SEQUENCE_STYLE)
      result.anchor = string(sequence.anchor)
      result.hasTag = sequence.tag != nil
    case YAML_MAPPING_START_EVENT:
      let mapping = event.data.mapping_start
      result.kind = .mappingStart(isFlow: mapping.style == YAML_FLOW_MAPPING_STYLE)
      result.anchor = string(mapping.anchor)
      result.hasTag = mapping.tag != nil
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
      result.kind = .collectionEnd
    default:
      break
    }
    return result
  }

  private func string(_ pointer: UnsafeMutablePointer<UInt8>?) -> String? {
    pointer.map { String(cString: $0) }
  }

  private func style(_ style: yaml_scalar_style_t) -> YAMLScalarStyle {
    switch style {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE, YAML_DOUBLE_QUOTED_SCALAR_STYLE: .quoted
    case YAML_LITERAL_SCALAR_STYLE, YAML_FOLDED_SCALAR_STYLE: .block
    default: .plain
    }
  }

  private func syntaxError() -> YAMLSyntaxError {
    let state = parser.pointee
    return YAMLSyntaxError(
      problem: state.problem.map { String(cString: $0) } ?? "out of memory", position: state.problem_mark.index,
      context: state.context.map { String(cString: $0) }, contextPosition: state.context_mark.index)
  }
}

/// Maps positions in code points, as libyaml counts them, to bytes.
struct CodePointTable {
  private static let stride = 128
  private let bytes: [UInt8]
  private let start: Int
  /// The byte of every 128th code point; empty where every character is one byte.
  private var marks: [Int] = []

  init(_ bytes: [UInt8], from start: Int) {
    self.bytes = bytes
    self.start = start
    guard bytes[start...].contains(where: { $0 >= 0x80 }) else { return }
    var count = 0
    for i in start..<bytes.count where bytes[i] & 0xC0 != 0x80 {
      if count % Self.stride == 0 { marks.append(i) }
      count += 1
    }
  }

  /// The byte at which a code point starts, at most the end of the text.
  func byte(_ position: Int) -> Int {
    if marks.isEmpty { return min(start + position, bytes.count) }
    let mark = position / Self.stride
    guard mark < marks.count else { return bytes.count }
    var index = marks[mark]
    for _ in 0..<position % Self.stride {
      if index < bytes.count { index += 1 }
      while index < bytes.count, bytes[index] & 0xC0 == 0x80 { index += 1 }
    }
    return index
  }
}

import CJSON

/// Compact JSON, written value by value by RapidJSON: for the long texts of plan files, on which `JSONEncoder` spends
/// nine times as many instructions. Keys are written in the order of the calls.
package struct JSONStream: ~Copyable {
  private let stream: OpaquePointer

  /// An empty text.
  package init() { stream = json_stream_new() }

  deinit { json_stream_free(stream) }

  /// An object: `fields` writes a key before each value.
  package borrowing func object(_ fields: () -> Void) {
    json_start_object(stream)
    fields()
    json_end_object(stream)
  }

  /// An array, the elements of which `values` writes.
  package borrowing func array(_ values: () -> Void) {
    json_start_array(stream)
    values()
    json_end_array(stream)
  }

  /// An array of numbers.
  package borrowing func array(_ numbers: [Int]) {
    json_start_array(stream)
    for x in numbers { json_integer(stream, Int64(x)) }
    json_end_array(stream)
  }

  /// A key of an object.
  package borrowing func key(_ name: StaticString) { json_key(stream, name.utf8Start, name.utf8CodeUnitCount) }

  /// A key of an object.
  package borrowing func key(_ name: String) {
    var name = name
    name.withUTF8 { json_key(stream, $0.baseAddress, $0.count) }
  }

  /// A text.
  package borrowing func value(_ text: String) {
    var text = text
    text.withUTF8 { json_text(stream, $0.baseAddress, $0.count) }
  }

  /// A text that is encoded already.
  borrowing func value(_ text: EncodedText) {
    text.json.withUnsafeBytes { json_escaped_text(stream, $0.baseAddress, $0.count) }
  }

  /// A number.
  package borrowing func value(_ number: Int) { json_integer(stream, Int64(number)) }

  /// A flag.
  package borrowing func value(_ flag: Bool) { json_bool(stream, flag) }

  /// What was written, and blanks behind it up to a whole number of `unit` bytes.
  package borrowing func bytes(paddedTo unit: Int) -> [UInt8] {
    let count = json_byte_count(stream)
    let padded = (count + unit - 1) / unit * unit
    return [UInt8](unsafeUninitializedCapacity: padded) { buffer, initialized in
      let text = UnsafeRawBufferPointer(start: json_bytes(stream), count: count)
      let rest = buffer.initialize(fromContentsOf: text)
      buffer[rest...].initialize(repeating: 0x20)
      initialized = padded
    }
  }

  /// What was written.
  package borrowing func text() -> String {
    String(decoding: UnsafeRawBufferPointer(start: json_bytes(stream), count: json_byte_count(stream)), as: UTF8.self)
  }
}

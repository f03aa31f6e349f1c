import Foundation

/// The JSON header of a safetensors file.
struct SafetensorsHeader {
  /// One array: its type as written, its shape and its bytes, counted from the end of the header.
  struct Entry: Decodable, Sendable {
    var dtype: String
    var shape: [Int]
    var offsets: [Int]

    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case offsets = "data_offsets"
    }

    fileprivate func write(to stream: borrowing JSONStream) {
      stream.object {
        stream.key("data_offsets")
        stream.array(offsets)
        stream.key("dtype")
        stream.value(dtype)
        stream.key("shape")
        stream.array(shape)
      }
    }
  }

  static let lengthLimit = 100_000_000
  private static let metadataKey = "__metadata__"

  var entries: [String: Entry]
  var metadata: [String: String]

  /// Decodes the header and checks that the arrays fill `dataSize` bytes without gap or overlap.
  ///
  /// Throws `badHeader`, `duplicateArray`, `truncated` or `implausibleSize`.
  init(json: [UInt8], dataSize: Int) throws(TensorFileError) {
    guard json.first == 0x7B, String(validating: json, as: UTF8.self) != nil else {
      throw TensorFileError(.badHeader, "the safetensors header is not a JSON object")
    }
    let decoded: Document
    do {
      decoded = try JSONDecoder().decode(Document.self, from: Data(json))
    } catch {
      throw TensorFileError(
        .badHeader, "the safetensors header is not a JSON object of dtype, shape and data_offsets by array name")
    }
    self.entries = decoded.entries
    self.metadata = decoded.metadata ?? [:]
    if SafetensorsHeader.outerKeyCount(json) != entries.count + (decoded.metadata == nil ? 0 : 1) {
      throw TensorFileError(.duplicateArray, "the safetensors header has two entries of the same name")
    }
    try checkLayout(dataSize: dataSize)
  }

  private func checkLayout(dataSize: Int) throws(TensorFileError) {
    var end = 0
    for (name, entry) in entriesInFileOrder {
      let begin = entry.offsets[0]
      guard begin == end, entry.offsets[1] >= begin else {
        throw TensorFileError(
          .badHeader, array: name,
          "data_offsets \(entry.offsets) do not follow the array before it, which ends at \(end)")
      }
      end = entry.offsets[1]
      guard end <= dataSize else {
        throw TensorFileError(
          .truncated, array: name, "data_offsets end at byte \(end), but the file has \(dataSize) bytes of data")
      }
      guard let dtype = Self.dtypes[entry.dtype] else { continue }
      let info: TensorInfo
      do throws(TensorFileError) {
        info = try TensorInfo(dtype: dtype, shape: entry.shape)
      } catch {
        var named = error
        named.array = name
        throw named
      }
      guard info.byteCount == end - begin else {
        throw TensorFileError(
          .badHeader, array: name,
          "shape \(entry.shape) of \(entry.dtype) takes \(info.byteCount) bytes, but data_offsets give \(end - begin)")
      }
    }
    guard end == dataSize else {
      throw TensorFileError(.badHeader, "\(dataSize - end) bytes of data belong to no array")
    }
  }

  /// By position of the data; arrays without elements share a position and are ordered by name.
  var entriesInFileOrder: [(key: String, value: Entry)] {
    entries.sorted {
      $0.value.offsets == $1.value.offsets
        ? Self.precedes($0.key, $1.key)
        : $0.value.offsets.lexicographicallyPrecedes($1.value.offsets)
    }
  }

  /// A header as bytes, padded with spaces to a multiple of 8; the same for the same content.
  static func encoded(
    _ entries: [String: Entry], metadata: [String: EncodedText]
  ) throws(TensorFileError) -> [UInt8] {
    let stream = JSONStream()
    stream.object {
      let own = metadata.isEmpty ? [] : [metadataKey]
      for key in (entries.keys + own).sorted(by: precedes) {
        stream.key(key)
        if let entry = entries[key] { entry.write(to: stream) } else { write(metadata, to: stream) }
      }
    }
    let json = stream.bytes(paddedTo: 8)
    guard json.count <= lengthLimit else {
      throw TensorFileError(.notRepresentable, "the safetensors header would be longer than \(lengthLimit) bytes")
    }
    return json
  }

  private static func write(_ metadata: [String: EncodedText], to stream: borrowing JSONStream) {
    stream.object {
      for (key, text) in metadata.sorted(by: { precedes($0.key, $1.key) }) {
        stream.key(key)
        stream.value(text)
      }
    }
  }

  private static func precedes(_ a: String, _ b: String) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }

  static let dtypes: [String: TensorDType] = [
    "F64": .f64, "F32": .f32, "F16": .f16, "BF16": .bf16, "I64": .i64, "I32": .i32, "I16": .i16, "I8": .i8,
    "U64": .u64, "U32": .u32, "U16": .u16, "U8": .u8, "BOOL": .bool,
  ]

  /// JSON decoders keep one of two equal keys without a word. In a valid header every string directly inside the outer
  /// object is a key, so counting those shows a lost one.
  private static func outerKeyCount(_ json: [UInt8]) -> Int {
    var depth = 0
    var count = 0
    var isInString = false
    var isEscaped = false
    for byte in json {
      if isInString {
        if isEscaped {
          isEscaped = false
        } else if byte == 0x5C {
          isEscaped = true
        } else if byte == 0x22 {
          isInString = false
        }
      } else if byte == 0x22 {
        isInString = true
        if depth == 1 { count += 1 }
      } else if byte == 0x7B || byte == 0x5B {
        depth += 1
      } else if byte == 0x7D || byte == 0x5D {
        depth -= 1
      }
    }
    return count
  }

  /// The outer object: metadata under its reserved key, arrays under all others.
  private struct Document: Decodable {
    var entries: [String: Entry] = [:]
    var metadata: [String: String]?

    struct Key: CodingKey {
      var stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      for key in container.allKeys {
        if key.stringValue == SafetensorsHeader.metadataKey {
          metadata = try container.decode([String: String].self, forKey: key)
        } else {
          let entry = try container.decode(Entry.self, forKey: key)
          guard entry.offsets.count == 2 else {
            throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: "data_offsets")
          }
          entries[key.stringValue] = entry
        }
      }
    }
  }
}

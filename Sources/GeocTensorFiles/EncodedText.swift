/// A text together with its JSON: long texts are encoded piece by piece, by several threads, and pieces that occur twice once.
package struct EncodedText: Sendable {
  /// The text as UTF-8.
  package private(set) var bytes: [UInt8]
  /// What stands between the quotes in JSON.
  private(set) var json: [UInt8]

  /// A text.
  package init(_ text: String) {
    bytes = Array(text.utf8)
    let stream = JSONStream()
    stream.value(text)
    json = stream.bytes(paddedTo: 1)
    json.removeLast()
    json.removeFirst()
  }

  /// Texts one after the other.
  package init(joining texts: [EncodedText]) {
    bytes = []
    bytes.reserveCapacity(texts.reduce(0) { $0 + $1.bytes.count })
    json = []
    json.reserveCapacity(texts.reduce(0) { $0 + $1.json.count })
    for text in texts {
      bytes += text.bytes
      json += text.json
    }
  }

  /// The text.
  package var text: String { String(decoding: bytes, as: UTF8.self) }
}

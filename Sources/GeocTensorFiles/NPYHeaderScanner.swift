/// Reads the closed grammar of npy headers: a dictionary of three known keys with a string (or a list), a boolean and
/// a tuple of integers.
struct NPYHeaderScanner {
  /// The element type as written.
  enum Descr {
    case simple(String)
    /// A list of fields or a tuple, which is not looked into.
    case structured
  }

  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// The three entries; throws `badHeader` for anything else.
  func fields() throws(TensorFileError) -> (descr: Descr, fortranOrder: Bool, shape: [Int]) {
    var scanner = self
    return try scanner.scan()
  }

  private mutating func scan() throws(TensorFileError) -> (descr: Descr, fortranOrder: Bool, shape: [Int]) {
    var descr: Descr?
    var fortranOrder: Bool?
    var shape: [Int]?
    try expect("{")
    while !accept("}") {
      let key = try string()
      try expect(":")
      switch key {
      case "descr" where descr == nil: descr = try elementType()
      case "fortran_order" where fortranOrder == nil: fortranOrder = try boolean()
      case "shape" where shape == nil: shape = try tuple()
      case "descr", "fortran_order", "shape": throw bad("has two entries '\(key)'")
      default: throw bad("has an unknown entry '\(key)'")
      }
      // The fields of a structured type are refused by the caller: what follows them does not matter.
      if case .structured = descr { return (.structured, false, []) }
      if !accept(",") {
        try expect("}")
        break
      }
    }
    skipSpace()
    guard position == bytes.count else { throw bad("goes on after '}'") }
    guard let descr else { throw bad("has no entry 'descr'") }
    guard let fortranOrder else { throw bad("has no entry 'fortran_order'") }
    guard let shape else { throw bad("has no entry 'shape'") }
    return (descr, fortranOrder, shape)
  }

  private func bad(_ what: String) -> TensorFileError {
    TensorFileError(.badHeader, "the npy header \(what)")
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private mutating func accept(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard let byte = current, UInt32(byte) == character.value else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(TensorFileError) {
    if !accept(character) { throw bad("has no '\(character)' at byte \(position)") }
  }

  private mutating func string() throws(TensorFileError) -> String {
    skipSpace()
    guard let quote = current, quote == 0x27 || quote == 0x22 else { throw bad("has no string at byte \(position)") }
    position += 1
    let start = position
    while let byte = current, byte != quote {
      guard byte != 0x5C, byte != 0x0A else { throw bad("has an unreadable string at byte \(start)") }
      position += 1
    }
    guard current == quote, let text = String(validating: bytes[start..<position], as: UTF8.self) else {
      throw bad("has an unreadable string at byte \(start)")
    }
    position += 1
    return text
  }

  private mutating func elementType() throws(TensorFileError) -> Descr {
    if accept("[") || accept("(") { return .structured }
    return .simple(try string())
  }

  private mutating func boolean() throws(TensorFileError) -> Bool {
    skipSpace()
    for (word, value) in [("True", true), ("False", false)] where bytes[position...].starts(with: word.utf8) {
      position += word.utf8.count
      return value
    }
    throw bad("has neither True nor False at byte \(position)")
  }

  private mutating func tuple() throws(TensorFileError) -> [Int] {
    var extents: [Int] = []
    try expect("(")
    if accept(")") { return [] }
    while true {
      extents.append(try integer())
      let hasComma = accept(",")
      if accept(")") {
        // `(3)` is a number in Python, not a tuple.
        guard hasComma || extents.count > 1 else { throw bad("has a shape that is not a tuple") }
        return extents
      }
      guard hasComma else { throw bad("has no ',' or ')' at byte \(position)") }
    }
  }

  private mutating func integer() throws(TensorFileError) -> Int {
    skipSpace()
    let start = position
    while let byte = current, (0x30...0x39).contains(byte) { position += 1 }
    guard position > start else { throw bad("has no extent at byte \(start)") }
    guard let value = Int(String(decoding: bytes[start..<position], as: UTF8.self)) else {
      throw TensorFileError(.implausibleSize, "the npy header has an extent that does not fit 64 bits")
    }
    // numpy under Python 2 wrote long integers with this suffix.
    if current == 0x4C { position += 1 }
    return value
  }
}

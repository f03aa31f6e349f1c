/// Why a tensor file could not be read or written.
///
/// Every throwing function of this module throws this type; the message is one sentence without the file name.
package struct TensorFileError: Error, Equatable, Sendable {
  /// The classes of failure, so that a caller can map each to a diagnostic code.
  package enum Kind: String, Sendable, CaseIterable {
    /// No file at the path.
    case missingFile
    /// The file exists but cannot be opened or read, or is not a regular file.
    case unreadable
    /// Neither the extension nor the first bytes name a known format.
    case unknownFormat
    /// The file ends before the data it declares.
    case truncated
    /// The header or directory breaks the rules of the format.
    case badHeader
    /// An element type that is not one of `TensorDType`.
    case unsupportedDType
    /// An array of Python objects, stored with pickle.
    case pickledObject
    /// No array of that name, or no name given where the file holds several arrays.
    case missingArray
    /// Two arrays of the same name.
    case duplicateArray
    /// The checksum of an array does not match its bytes.
    case badChecksum
    /// Compressed data that does not decompress to what the directory declares.
    case corruptData
    /// An encrypted zip member.
    case encrypted
    /// A zip member compressed with a method other than deflate.
    case unsupportedCompression
    /// A declared size that overflows or that the stored bytes cannot hold.
    case implausibleSize
    /// A csv row with a different number of cells than the first one.
    case raggedRow
    /// A csv cell that is not a number.
    case nonNumericCell
    /// A csv cell whose quotes do not follow RFC 4180.
    case badQuoting
    /// A value that the requested type cannot hold exactly.
    case lossyConversion
    /// A shape that does not match the number of values given.
    case shapeMismatch
    /// Something the chosen output format cannot hold.
    case notRepresentable
    /// The operating system refused to create, write or rename the output file.
    case writeFailed
  }

  /// The class of the failure.
  package var kind: Kind
  /// Path of the file as it was given; nil for a failure on a tensor in memory.
  package var file: String?
  /// The array concerned, when there is one.
  package var array: String?
  /// Line of a text file, counted from 1.
  package var line: Int?
  /// What is wrong, in one sentence.
  package var message: String
  /// What the user can do about it.
  package var help: String?

  /// An error of class `kind`.
  package init(
    _ kind: Kind, file: String? = nil, array: String? = nil, line: Int? = nil, _ message: String, help: String? = nil
  ) {
    self.kind = kind
    self.file = file
    self.array = array
    self.line = line
    self.message = message
    self.help = help
  }

  /// The same error, told about an array of a file.
  func located(file: String, array: String? = nil) -> TensorFileError {
    var error = self
    error.file = error.file ?? file
    error.array = error.array ?? array
    return error
  }
}

extension TensorFileError: CustomStringConvertible {
  /// `file:line: array 'name': message (help)`.
  package var description: String {
    var text = ""
    if let file {
      text += file
      if let line { text += ":\(line)" }
      text += ": "
    }
    if let array { text += "array '\(array)': " }
    text += message
    if let help { text += " (\(help))" }
    return text
  }
}

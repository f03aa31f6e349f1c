import Foundation
import GeocTensorFiles

/// A checked-in file; they were written by numpy, Python's zipfile and the safetensors library, some then damaged.
func fixture(_ name: String) -> String {
  Bundle.module.resourceURL?.appendingPathComponent("Fixtures/\(name)").path ?? name
}

/// A new directory for one test, removed when the value goes away.
final class Workspace {
  let directory: URL

  init() throws {
    directory = FileManager.default.temporaryDirectory.appendingPathComponent("geoc-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: directory) }

  func path(_ name: String) -> String { directory.appendingPathComponent(name).path }

  func write(_ name: String, _ text: String) throws -> String {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
    return path(name)
  }

  func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  static func contents(of path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  static func put(_ bytes: [UInt8], at path: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  var files: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted() }
  }
}

/// Opens a file and reads all of its arrays.
func readAll(_ path: String) throws -> [String: Tensor] {
  let archive = try TensorArchive.open(path)
  var tensors: [String: Tensor] = [:]
  for name in archive.names {
    let tensor = try archive.tensor(name)
    tensors[name] = tensor
  }
  return tensors
}

/// The error of reading everything in a file, or nil when it can be read.
func failure(_ path: String) -> TensorFileError? {
  do {
    _ = try readAll(path)
    return nil
  } catch {
    return error as? TensorFileError
  }
}

/// One tensor of every element type, with the extreme values of each.
func tensorsOfEveryType() throws -> [(name: String, tensor: Tensor)] {
  [
    ("f64", try Tensor([0.1, -.infinity, .greatestFiniteMagnitude, -0.0, 0x1p-1074, 1e22], shape: [2, 3])),
    ("f32", try Tensor([Float(0.1), .leastNonzeroMagnitude, 1e30], shape: [3, 1])),
    ("f16", try Tensor([Float16(0.1), 65504])),
    ("i64", try Tensor([Int64.min, .max, 0], shape: [1, 3])),
    ("i32", try Tensor([Int32.min, .max])),
    ("i16", try Tensor([Int16.min, .max])),
    ("i8", try Tensor([Int8.min, .max, 1])),
    ("u64", try Tensor([UInt64.min, .max])),
    ("u32", try Tensor([UInt32.max])),
    ("u16", try Tensor([UInt16.max])),
    ("u8", try Tensor([UInt8.max, 0, 7])),
    ("bool", try Tensor(info: TensorInfo(dtype: .bool, shape: [3]), bytes: [1, 0, 1])),
    ("scalar", try Tensor([2.5], shape: [])),
    ("empty", try Tensor([Double](), shape: [4, 0, 2])),
  ]
}

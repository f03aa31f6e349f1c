import GeocDiagnostics
import GeocIR
import GeocTensorFiles
import Glibc

/// Unbatched values that outlive a run, by name: weights, statistics, optimizer moments, the learning rate.
///
/// Each has one buffer that never moves, so that several functions can share it.
package final class ParameterStore: @unchecked Sendable {
  /// Scalar type of all values.
  package let dtype: DType
  private var entries: [String: Entry] = [:]

  private struct Entry {
    var shape: [Int]
    var memory: AlignedMemory
  }

  /// An empty store.
  package init(dtype: DType) { self.dtype = dtype }

  /// Names of all values, sorted.
  package var names: [String] { entries.keys.sorted() }

  /// Shape of a value.
  package func shape(_ name: String) -> [Int]? { entries[name]?.shape }

  /// The curvature of a ball: the number of its type, or the value of the parameter that its type names. Nil for other
  /// spaces, and where there is no such parameter.
  package func curvature(of space: Space) -> Double? {
    switch space["c"] {
    case .real(let number)?: number
    case .value(let name)?: tensor(name)?.doubles().first
    default: nil
    }
  }

  /// Makes room for a value, zeros at first. A value that is there keeps its content. Throws E0516 when it is there
  /// with another number of scalars, E0408.
  package func declare(_ name: String, shape: [Int]) throws(GeocError) {
    if let entry = entries[name] {
      guard entry.shape.reduce(1, *) == shape.reduce(1, *) else {
        throw GeocError(
          Diagnostic(.data.weightsShape, "'\(name)' has shape \(shape), expected \(entry.shape)", item: name))
      }
      return
    }
    let count = shape.reduce(1, *)
    entries[name] = Entry(shape: shape, memory: try AlignedMemory(byteCount: count * dtype.size))
  }

  /// Sets a value, converted to the store's scalar type; declares it if needed. Throws E0516, E0408.
  package func set(_ name: String, _ tensor: Tensor) throws(GeocError) {
    try declare(name, shape: tensor.shape)
    guard let entry = entries[name] else { return }
    switch dtype {
    case .f64: tensor.doubles().withUnsafeBytes { copy($0, to: entry.memory) }
    case .f32: tensor.floats().withUnsafeBytes { copy($0, to: entry.memory) }
    }
  }

  /// Sets a value of one number; declares it if needed. Throws E0516, E0408.
  package func set(_ name: String, _ value: Double) throws(GeocError) {
    try declare(name, shape: [])
    guard let entry = entries[name] else { return }
    switch dtype {
    case .f64: entry.memory.base.storeBytes(of: value, as: Double.self)
    case .f32: entry.memory.base.storeBytes(of: Float(value), as: Float.self)
    }
  }

  /// A copy of a value, nil when it is not there.
  package func tensor(_ name: String) -> Tensor? {
    guard let entry = entries[name] else { return nil }
    return try? Tensor(
      info: TensorInfo(dtype: dtype == .f64 ? .f64 : .f32, shape: entry.shape),
      bytes: [UInt8](
        UnsafeRawBufferPointer(start: entry.memory.base, count: entry.shape.reduce(1, *) * dtype.size)))
  }

  /// The buffer of a declared value.
  func memory(_ name: String) -> AlignedMemory? { entries[name]?.memory }

  private func copy(_ bytes: UnsafeRawBufferPointer, to memory: AlignedMemory) {
    guard let source = bytes.baseAddress else { return }
    memcpy(memory.base, source, min(bytes.count, memory.byteCount))
  }
}

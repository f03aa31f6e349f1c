import GeocDiagnostics
import GeocIR
import GeocKernels
import GeocTensorFiles

/// Labels that are drawn anew from task to task.
struct Relabelling: Sendable {
  let description: DataDescription.Relabel
  /// The rows to train on.
  let rows: [Int]

  /// Streams of the order of rows are numbered from 1000.
  private static let firstStream = 2 << 30

  /// The task of an epoch, both from 0.
  func task(epoch: Int) -> Int { epoch / max(1, description.epochs) }

  /// Whether an epoch, from 0, is the last one of its task in a run of `epochs`.
  func endsTask(epoch: Int, of epochs: Int) -> Bool {
    epoch + 1 >= epochs || task(epoch: epoch + 1) != task(epoch: epoch)
  }

  /// The labels of a task: those of `rows` drawn from all classes, the others as they are. The same for the same seed,
  /// whatever ran before. Throws E0408.
  func labels(_ original: HostArray, seed: UInt64, task: Int) throws(GeocError) -> HostArray {
    var random = Philox(seed: seed, stream: Self.firstStream + task)
    var labels = (0..<original.rowCount).map { Int64(original.value(row: $0)) }
    for row in rows where labels.indices.contains(row) {
      labels[row] = Int64(random.index(below: description.classes))
    }
    let tensor = try readingFiles { () throws(TensorFileError) in try Tensor(labels, shape: [labels.count]) }
    return try HostArray(tensor)
  }
}

import GeocDiagnostics
import GeocIR
import GeocKernelABI
import GeocTensorFiles
import Glibc

/// Makes training batches of several views of each sample, each view changed at random.
///
/// The changes depend on the seed of the run, the step, and the place in the batch, and on nothing else: any number of
/// threads and a resumed run give the same samples.
package struct ViewMaker: Sendable {
  /// Views of a sample; view 1 of all samples comes first, then view 2, and so on.
  let views: Int
  let augmentations: [DataDescription.Augmentation]

  /// Random numbers of an augmentation are not those of a random op.
  private static let firstStream = 1 << 30

  /// Whether samples stand in a batch once, as they are.
  var isPlain: Bool { views == 1 && augmentations.isEmpty }

  /// One view of each sample, unchanged.
  package init() { (views, augmentations) = (1, []) }

  /// The views and changes that a spec asks for.
  package init(_ description: DataDescription) {
    (views, augmentations) = (description.views, description.augmentations)
  }

  /// The batch of some rows in a step. Throws E0408.
  func batch(
    _ columns: [String: HostArray], rows: [Int], seed: UInt64, step: UInt64
  ) throws(GeocError) -> Batch {
    let all = [[Int]](repeating: rows, count: views).flatMap { $0 }
    var batch = Batch(columns: columns, rows: all)
    for input in Set(augmentations.map(\.input)) {
      guard let column = columns[input] else { continue }
      var values = [Double](repeating: 0, count: all.count * column.elements)
      var sample = [Double](repeating: 0, count: column.elements)
      for (item, row) in all.enumerated() {
        column.copy(row: row, into: &sample)
        for (k, augmentation) in augmentations.enumerated() where augmentation.input == input {
          let numbers = PhiloxUniform(seed: seed, step: step, stream: Self.firstStream + k, item: item)
          augmentation.change.apply(to: &sample, numbers)
        }
        values.replaceSubrange(item * sample.count..<(item + 1) * sample.count, with: sample)
      }
      let shape = [all.count] + column.rowShape
      let tensor = try readingFiles { () throws(TensorFileError) in try Tensor(values, shape: shape) }
      batch.made[input] = try HostArray(tensor)
    }
    return batch
  }
}

extension DataDescription.Augmentation.Change {
  /// Changes one sample.
  func apply(to sample: inout [Double], _ numbers: PhiloxUniform) {
    switch self {
    case .shift(let pixels, let height, let width):
      let words = numbers.words(pair: 0)
      func offset(_ high: UInt32, _ low: UInt32) -> Int {
        Int(PhiloxUniform.double(high, low) * Double(2 * pixels + 1)) - pixels
      }
      Self.shift(&sample, down: offset(words.0, words.1), right: offset(words.2, words.3), height, width)
    case .noise(let deviation):
      for pair in 0..<(sample.count + 1) / 2 {
        // Box–Muller: two uniform numbers make two normal ones.
        let words = numbers.words(pair: pair)
        let radius = deviation * (-2 * log(1 - PhiloxUniform.double(words.0, words.1))).squareRoot()
        let angle = 2 * Double.pi * PhiloxUniform.double(words.2, words.3)
        sample[2 * pair] += radius * cos(angle)
        if 2 * pair + 1 < sample.count { sample[2 * pair + 1] += radius * sin(angle) }
      }
    }
  }

  /// Moves images of `height` × `width`, one behind the other; zeros come in.
  private static func shift(_ sample: inout [Double], down: Int, right: Int, _ height: Int, _ width: Int) {
    guard down != 0 || right != 0 else { return }
    let before = sample
    for image in stride(from: 0, to: sample.count, by: height * width) {
      for y in 0..<height {
        for x in 0..<width {
          let (fromY, fromX) = (y - down, x - right)
          let isInside = (0..<height).contains(fromY) && (0..<width).contains(fromX)
          sample[image + y * width + x] = isInside ? before[image + fromY * width + fromX] : 0
        }
      }
    }
  }
}

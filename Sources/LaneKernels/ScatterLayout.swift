/// How the products of a series are cut, from its sizes alone.
///
/// Channels are taken in strips of four, the last channel being the last of its strip; where they are no multiple of
/// four, the first strip repeats channel 0 in front. Rows are numbered with these.
struct ScatterLayout {
  let channels: Int
  let samples: Int
  /// Rows in front of channel 0 that repeat it.
  let repeated: Int
  let strips: Int
  /// Blocks of samples.
  let blocks: Int
  /// Samples of a block, the last one of which may be shorter.
  let block: Int
  /// From row to row of a centred block, in scalars.
  let rowStride: Int

  /// Samples of a block at most: four rows stay in the first cache while all others, in the second, go past.
  private static func mostSamples(rows: Int) -> Int { Swift.max(64, Swift.min(512, 24576 / rows)) }

  @inline(always) init(channels: Int, samples: Int) {
    self.channels = channels
    self.samples = samples
    strips = (channels + 3) / 4
    repeated = 4 * strips - channels
    let most = Self.mostSamples(rows: 4 * strips)
    blocks = Swift.max(1, (samples + most - 1) / most)
    // Whole vectors of every width.
    let lines = (samples + 16 * blocks - 1) / (16 * blocks)
    block = 16 * lines
    // An odd number of lines, so that equal samples of the rows are not all in one set of the cache.
    rowStride = 16 * (lines | 1)
  }

  /// Rows with those that are repeated.
  @inline(always) var rows: Int { 4 * strips }
  /// Where the products of a strip start: strip s has those with 4 (s + 1) rows.
  @inline(always) func start(_ strip: Int) -> Int { 8 * strip * (strip + 1) }
  /// Products of an item.
  @inline(always) var products: Int { start(strips) }
  /// Numbers of an item: its products, for each row what it is centred by, and the sum of what is left.
  @inline(always) var numbers: Int { products + 2 * rows }
  /// Scratch scalars per lane: a centred block, the products of a strip, a number of each row, the numbers of the items.
  var scratch: Int { rows * rowStride + 5 * rows + numbers }
  /// The first row that a strip is multiplied by; a row that is repeated saves a tile of one row.
  @inline(always) func firstRow(_ strip: Int) -> Int { 4 * strip == repeated + 1 ? repeated - 1 : repeated }
  /// Rows of the next tile of `left` that are left: threes, and twos in the end.
  @inline(always) func tile(_ left: Int) -> Int { left == 2 || left == 4 ? 2 : 3 }
  /// Tiles of all strips, those of strips by themselves included.
  @inline(always) var tiles: Int {
    (0..<strips).reduce(strips) { $0 + (Swift.max(0, 4 * $1 - firstRow($1)) + 2) / 3 }
  }
}

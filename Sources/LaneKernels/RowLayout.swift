import GeocKernelABI

/// Where the parts of the sizes of `row` start:
///
/// `[n, rows, V, S, P, R, Q, rank, dims…, strides of input 0…, …, copies…, code…]`: V vector inputs of length n and S
/// scalar inputs, each with one stride per axis, counted in rows, and the number of its elements where it is unbatched in
/// a batched call (0 elsewhere); R vector results and Q scalar results; then a `RowCode` of P phases.
struct RowLayout {
  let length: Int
  let rows: Int
  let vectors: Int
  let scalars: Int
  let phases: Int
  let vectorResults: Int
  let scalarResults: Int
  let rank: Int
  let dims: UnsafePointer<Int>
  let strides: UnsafePointer<Int>
  let copies: UnsafePointer<Int>
  let slots: Int
  let computed: Int
  let registers: Int
  let constants: Int
  /// Results that are summed over rows and items.
  let summed: Int
  /// The first phase.
  let code: UnsafePointer<Int>
  /// The first result.
  let results: UnsafePointer<Int>

  init(_ sizes: UnsafePointer<Int>) {
    length = sizes[0]
    rows = sizes[1]
    vectors = sizes[2]
    scalars = sizes[3]
    phases = sizes[4]
    vectorResults = sizes[5]
    scalarResults = sizes[6]
    rank = sizes[7]
    dims = sizes + 8
    strides = dims + rank
    copies = strides + rank * (vectors + scalars)
    let head = copies + vectors + scalars
    slots = head[0]
    computed = head[1]
    registers = head[2]
    constants = head[3]
    summed = head[4]
    code = head + 6
    results = code + head[5]
  }

  /// Where numbers of the program may be: in slots, in registers, in constants.
  var places: Int { slots + registers + constants }

  /// Inputs.
  var inputs: Int { vectors + scalars }

  /// How far it is from each row of an input to the next, in rows; nil where that depends on the row.
  func uniformStride(_ input: Int) -> Int? {
    let own = strides + input * rank
    for d in Swift.stride(from: rank - 1, to: 0, by: -1) where own[d - 1] != own[d] * dims[d] { return nil }
    return rank == 0 ? 0 : own[rank - 1]
  }

  /// Where a row of an input is, in rows.
  func offset(_ input: Int, _ row: Int) -> Int {
    let own = strides + input * rank
    var (offset, rest) = (0, row)
    for d in Swift.stride(from: rank - 1, through: 0, by: -1) {
      offset += (rest % dims[d]) * own[d]
      rest /= dims[d]
    }
    return offset
  }

  /// Rows that one instruction handles at a time: few enough to stay in the first-level cache, but for long ones.
  var tile: Int { Swift.max(4, Swift.min(32, 512 / Swift.max(1, length))) }

  /// Vectors of copies of unbatched inputs.
  var copied: Int {
    var sum = 0
    for k in 0..<inputs { sum += copies[k] }
    return sum
  }

  /// Vectors of a chunk where a vector has 16 bytes, a group of the plan four of them.
  static var mostGroups: Int { 4 * LaneWidth.groupsPerChunk }

  /// Bytes of addresses in front of the vectors of the scratch, whole cache lines: rows, inputs of each vector of the
  /// chunk, targets, places of two words.
  var tableBytes: Int {
    let words = (vectors + computed) * tile + inputs * Self.mostGroups + tile + 2 * places
    return (words * MemoryLayout<Int>.size + 63) / 64 * 64
  }

  /// Scalars of scratch per lane, enough for a single lane of Float: addresses, copies, slots, registers,
  /// constants, computed vectors, sums.
  var scratch: Int {
    tableBytes / MemoryLayout<Float>.size + copied + constants + (slots + registers + computed * length) * tile
      + vectorResults * length + scalarResults
  }

  /// Vectors of numbers in a tile of rows of the host: four as long as the rows of one vector of the program stay in a
  /// quarter of the first cache.
  var hostTile: Int { Swift.max(1, Swift.min(4, 256 / Swift.max(1, length))) }

  /// Bytes of addresses in front of the vectors of the scratch for rows of the host: rows, targets, places.
  var hostTableBytes: Int {
    let words = (vectors + computed + 1) * hostTile * LaneWidth.f32 + 2 * places
    return (words * MemoryLayout<Int>.size + 63) / 64 * 64
  }

  /// Scratch for rows of the host in vectors, each as large as one of a plan's group: addresses, a block of sums, slots,
  /// registers, constants, computed vectors, converted inputs.
  var hostScratch: Int {
    hostTableBytes / 64 + LaneWidth.f32 + constants + (slots + registers + (computed + vectors) * length) * hostTile
  }
}

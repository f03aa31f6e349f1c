import GeocKernelABI
import GeocKernels
import Testing

/// The four instances of a kernel.
enum Instance: CaseIterable, Sendable {
  case f64, f32, single64, single32

  var lanes: Int {
    switch self {
    case .f64: LaneWidth.f64
    case .f32: LaneWidth.f32
    case .single64, .single32: 1
    }
  }
  /// Items in a register of the table's instruction set: a group is stored one register's items after the other.
  func register(_ table: KernelTable) -> Int {
    switch self {
    case .f64: table.transfer?.lanes64 ?? LaneWidth.f64
    case .f32: table.transfer?.lanes32 ?? LaneWidth.f32
    case .single64, .single32: 1
    }
  }
  var isDouble: Bool { self == .f64 || self == .single64 }
  /// Relative error that a well-conditioned kernel of moderate size stays below.
  var tolerance: Double { isDouble ? 1e-12 : 2e-5 }

  func function(_ set: KernelSet) -> KernelFunction? {
    switch self {
    case .f64: set.f64
    case .f32: set.f32
    case .single64: set.single64
    case .single32: set.single32
    }
  }
}

/// An input of a kernel under test: one array per item, or one array for all.
struct BenchInput {
  var items: [[Double]]
  var isBatched: Bool
  /// The scalars of rows of the host, which the kernel reads where they are; nil for lanes.
  var host: RowScalar?

  static func batched(_ items: [[Double]]) -> Self { Self(items: items, isBatched: true) }
  static func shared(_ values: [Double]) -> Self { Self(items: [values], isBatched: false) }

  subscript(_ item: Int) -> [Double] { items[isBatched ? item : 0] }

  /// The same items as rows of the host.
  func onHost(_ scalar: RowScalar) -> Self {
    var copy = self
    copy.host = scalar
    return copy
  }
}

/// What a kernel under test wrote.
struct BenchResult: Equatable {
  /// Per output, per item (one entry for a reduction).
  var outputs: [[[Double]]]
  var faultKind: Int32
  var faultItem: Int32
  var faultField: Int32
  var faultValue: Double
}

/// Runs kernels as the runtime does: chunk by chunk, the lanes beyond the batch repeating its last item.
struct KernelBench {
  var sizes: [Int] = []
  var reals: [Double] = []
  var seed: UInt64 = 0
  var step: UInt64 = 0
  var level: String?

  /// Runs `kernel` on `batch` items; a single instance runs once per item, with every operand unbatched.
  ///
  /// - Parameters:
  ///   - outputs: elements of each output.
  ///   - reduces: whether the outputs are sums over the batch, one partial per chunk.
  func run(
    _ kernel: String, _ instance: Instance, batch: Int = 1, _ inputs: [BenchInput], outputs: [Int],
    reduces: Bool = false
  ) throws -> BenchResult {
    let table = level.map { KernelTable(request: $0) } ?? KernelTable.shared
    let set = try #require(table[kernel], "no kernel \(kernel)")
    let function = try #require(instance.function(set))
    let register = instance.register(table)
    return instance.isDouble
      ? execute(set, function, instance, register, batch, inputs, outputs, reduces, as: Double.self)
      : execute(set, function, instance, register, batch, inputs, outputs, reduces, as: Float.self)
  }

  private func execute<T: BinaryFloatingPoint>(
    _ set: KernelSet, _ function: KernelFunction, _ instance: Instance, _ register: Int, _ batch: Int,
    _ inputs: [BenchInput], _ outputs: [Int], _ reduces: Bool, as _: T.Type
  ) -> BenchResult {
    let lanes = instance.lanes
    let chunk = lanes * (lanes == 1 ? 1 : LaneWidth.groupsPerChunk)
    var results = outputs.map { count in
      [[Double]](repeating: [Double](repeating: 0, count: count), count: reduces ? 1 : batch)
    }
    var fault = KernelFault()
    let canaries = 64
    let scratchCount = set.workspace(sizes) * lanes
    let scratch = Memory<T>(scratchCount + canaries)
    for e in 0..<(scratchCount + canaries) { scratch.base[e] = .nan }
    for e in 0..<canaries { scratch.base[scratchCount + e] = 77 }
    for first in stride(from: 0, to: batch, by: chunk) {
      let items = min(chunk, batch - first)
      let groups = (items + lanes - 1) / lanes
      var memories: [Memory<T>] = []
      var operands: [Operand] = []
      var hosts: [HostRows] = []
      for input in inputs {
        let count = input[0].count
        if let scalar = input.host {
          hosts.append(HostRows(Array(input.items[first..<(first + items)]), scalar))
          memories.append(Memory<T>(0))
          operands.append(Operand(base: hosts[hosts.count - 1].call.base, groupStride: Operand.ofRows))
          continue
        }
        let isLaned = lanes > 1 && input.isBatched
        let memory = Memory<T>(isLaned ? count * lanes * groups : count)
        for g in 0..<(isLaned ? groups : 1) {
          for l in 0..<(isLaned ? lanes : 1) {
            let values = input[min(first + g * lanes + l, first + items - 1)]
            let item = g * lanes + l
            for e in 0..<count {
              memory.base[isLaned ? (item / register * count + e) * register + item % register : e] = T(values[e])
            }
          }
        }
        memories.append(memory)
        operands.append(Operand(base: memory.base, groupStride: isLaned ? count * lanes : 0))
      }
      for count in outputs {
        let isLaned = lanes > 1 && !reduces
        let total = isLaned ? count * lanes * groups : count
        let memory = Memory<T>(total + canaries)
        for e in 0..<total { memory.base[e] = .nan }
        for e in 0..<canaries { memory.base[total + e] = 99 }
        memories.append(memory)
        operands.append(Operand(base: memory.base, groupStride: isLaned ? count * lanes : 0))
      }
      operands.withUnsafeBufferPointer { operands in
        // One number more than there are, so that there always is a first one.
        (sizes + [0]).withUnsafeBufferPointer { sizes in
          (reals + [0]).withUnsafeBufferPointer { reals in
            withUnsafeMutablePointer(to: &fault) { fault in
              guard let operand = operands.baseAddress, let size = sizes.baseAddress, let real = reals.baseAddress
              else {
                return
              }
              var call = KernelCall(
                operands: operand, inputCount: inputs.count, groups: groups, items: items,
                firstItem: first, batch: batch, sizes: size,
                reals: real, scratch: scratch.base, seed: seed,
                step: step, fault: fault)
              withExtendedLifetime(hosts) { function(&call) }
            }
          }
        }
      }
      for (o, count) in outputs.enumerated() {
        let memory = memories[inputs.count + o]
        let isLaned = lanes > 1 && !reduces
        let total = isLaned ? count * lanes * groups : count
        for e in 0..<canaries { #expect(memory.base[total + e] == 99, "\(set.name) wrote beyond output \(o)") }
        for e in 0..<count {
          if reduces {
            results[o][0][e] += Double(memory.base[e])
          } else {
            for i in 0..<items {
              results[o][first + i][e] = Double(
                memory.base[isLaned ? (i / register * count + e) * register + i % register : e])
            }
          }
        }
      }
    }
    for e in 0..<canaries { #expect(scratch.base[scratchCount + e] == 77, "\(set.name) wrote beyond its scratch") }
    return BenchResult(
      outputs: results, faultKind: fault.kind, faultItem: fault.item, faultField: fault.field, faultValue: fault.value)
  }

  /// Rows of a data set in reverse order, with numbers behind them that spoil what they get into.
  private final class HostRows {
    let call = Memory<PackCall>(1)
    private let data: Memory<UInt8>
    private let indices: Memory<Int>

    init(_ items: [[Double]], _ scalar: RowScalar) {
      let count = items[0].count
      let spoilt = 64
      data = Memory<UInt8>((items.count * count + spoilt) * scalar.size)
      indices = Memory<Int>(items.count)
      let raw = UnsafeMutableRawPointer(data.base)
      let values = items.reversed().joined() + [Double](repeating: 99, count: spoilt)
      for (e, value) in values.enumerated() {
        switch scalar {
        case .u8, .bool: raw.storeBytes(of: UInt8(value), toByteOffset: e, as: UInt8.self)
        case .i8: raw.storeBytes(of: Int8(value), toByteOffset: e, as: Int8.self)
        case .i16: raw.storeBytes(of: Int16(value), toByteOffset: 2 * e, as: Int16.self)
        case .i32: raw.storeBytes(of: Int32(value), toByteOffset: 4 * e, as: Int32.self)
        case .i64: raw.storeBytes(of: Int64(value), toByteOffset: 8 * e, as: Int64.self)
        case .f32: raw.storeBytes(of: Float(value), toByteOffset: 4 * e, as: Float.self)
        case .f64: raw.storeBytes(of: value, toByteOffset: 8 * e, as: Double.self)
        }
      }
      for i in 0..<items.count { indices.base[i] = items.count - 1 - i }
      call.base.initialize(
        to: PackCall(
          source: raw, scalar: scalar, rows: indices.base, items: items.count, elements: count, lanes: raw, groups: 0))
    }
  }

  /// 64-byte aligned memory.
  private final class Memory<T> {
    let base: UnsafeMutablePointer<T>
    init(_ count: Int) {
      let bytes = max(1, count) * MemoryLayout<T>.stride
      base = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64).assumingMemoryBound(to: T.self)
    }
    deinit { UnsafeMutableRawPointer(base).deallocate() }
  }
}

/// Reproducible test data.
struct TestNumbers {
  private var generator: Philox

  init(_ seed: UInt64) { generator = Philox(seed: seed, stream: 7) }

  /// Standard normal numbers, rounded to Float so that both scalar types start from the same data.
  mutating func normal(_ count: Int) -> [Double] { (0..<count).map { _ in Double(Float(generator.normal())) } }

  mutating func uniform(_ count: Int, _ range: ClosedRange<Double>) -> [Double] {
    (0..<count).map { _ in
      Double(Float(range.lowerBound + (range.upperBound - range.lowerBound) * generator.uniform()))
    }
  }

  /// `fields` symmetric positive definite matrices, smallest eigenvalue at least ½.
  mutating func spd(_ fields: Int, _ n: Int) -> [Double] {
    (0..<fields).flatMap { _ -> [Double] in
      let x = normal(n * n)
      return Reference.product(x, x, n, n, n, tb: true).enumerated().map { index, value in
        Double(Float(value / Double(n) + (index % (n + 1) == 0 ? 0.5 : 0)))
      }
    }
  }

  /// A batch of arrays.
  mutating func items(_ batch: Int, _ make: (inout TestNumbers) -> [Double]) -> BenchInput {
    .batched((0..<batch).map { _ in make(&self) })
  }
}

/// Plain matrix arithmetic to compare with.
enum Reference {
  static func product(
    _ a: [Double], _ b: [Double], _ m: Int, _ k: Int, _ n: Int, ta: Bool = false, tb: Bool = false
  ) -> [Double] {
    var c = [Double](repeating: 0, count: m * n)
    for i in 0..<m {
      for j in 0..<n {
        for l in 0..<k { c[i * n + j] += a[ta ? l * m + i : i * k + l] * b[tb ? j * k + l : l * n + j] }
      }
    }
    return c
  }

  static func transpose(_ a: [Double], _ m: Int, _ n: Int) -> [Double] {
    (0..<(m * n)).map { a[$0 % m * n + $0 / m] }
  }

  static func symmetric(_ a: [Double], _ n: Int) -> [Double] {
    zip(a, transpose(a, n, n)).map { ($0 + $1) / 2 }
  }

  static func field(_ a: [Double], _ index: Int, _ count: Int) -> [Double] {
    Array(a[(index * count)..<((index + 1) * count)])
  }

  static func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
}

/// Every number within `tolerance`, relative to the largest expected one.
func expectClose(
  _ actual: [Double], _ expected: [Double], _ tolerance: Double, _ comment: @autoclosure () -> String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(actual.count == expected.count, sourceLocation: sourceLocation)
  let scale = max(1e-30, expected.reduce(0) { max($0, $1.magnitude) })
  var worst = 0.0
  var position = 0
  for (i, (x, y)) in zip(actual, expected).enumerated() {
    let error = x == y ? 0 : (x - y).magnitude / scale
    if !(error <= worst) {
      worst = error
      position = i
    }
  }
  #expect(
    worst <= tolerance, "\(comment()) element \(position): \(actual[position]) instead of \(expected[position])",
    sourceLocation: sourceLocation)
}

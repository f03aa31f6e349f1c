import GeocKernelABI

/// A kernel written plainly, item by item: slow, and independent of the real kernels.
protocol TestKernel: Sendable {
  static var name: String { get }
  static func run<T: BinaryFloatingPoint & Sendable>(_ c: ItemCall<T>)
}

extension TestKernel {
  /// For groups that are stored `doubles` or `floats` items at a time.
  static func set(doubles: Int, floats: Int) -> KernelSet {
    KernelSet(
      name: name, f64: { run(ItemCall<Double>(call: $0.pointee, lanes: LaneWidth.f64, register: doubles)) },
      f32: { run(ItemCall<Float>(call: $0.pointee, lanes: LaneWidth.f32, register: floats)) },
      single64: { run(ItemCall<Double>(call: $0.pointee, lanes: 1, register: 1)) },
      single32: { run(ItemCall<Float>(call: $0.pointee, lanes: 1, register: 1)) })
  }
}

/// A kernel call seen as items and elements.
struct ItemCall<T: BinaryFloatingPoint> {
  let call: KernelCall
  let lanes: Int
  let register: Int

  /// Lanes of all groups, those beyond the batch included.
  var slots: Int { call.groups * lanes }
  var elements: Int { call.sizes[0] }

  func place(_ operand: Int, _ item: Int, _ element: Int) -> UnsafeMutablePointer<T> {
    let o = call.operands[operand]
    let base = o.base.assumingMemoryBound(to: T.self)
    return o.isBatched
      ? base + item / register * (o.groupStride / lanes * register) + element * register + item % register
      : base + element
  }

  func get(_ operand: Int, _ item: Int, _ element: Int) -> T { place(operand, item, element).pointee }
  func set(_ operand: Int, _ item: Int, _ element: Int, _ value: T) { place(operand, item, element).pointee = value }
}

enum AxpyKernel: TestKernel {
  static let name = "t_axpy"
  static func run<T: BinaryFloatingPoint & Sendable>(_ c: ItemCall<T>) {
    for i in 0..<c.slots {
      for e in 0..<c.elements { c.set(2, i, e, c.get(0, i, e) + T(c.call.reals[0]) * c.get(1, i, e)) }
    }
  }
}

enum SumKernel: TestKernel {
  static let name = "t_sum"
  static func run<T: BinaryFloatingPoint & Sendable>(_ c: ItemCall<T>) {
    for e in 0..<c.elements {
      var total: T = 0
      for i in 0..<c.call.items { total += c.get(0, i, e) }
      c.set(1, 0, e, total)
    }
  }
}

enum SplitKernel: TestKernel {
  static let name = "t_split"
  static func run<T: BinaryFloatingPoint & Sendable>(_ c: ItemCall<T>) {
    for i in 0..<c.slots {
      for e in 0..<c.elements {
        let x = c.get(0, i, e)
        c.set(1, i, e, x + 1)
        c.set(2, i, e, -x)
      }
    }
  }
}

enum FillKernel: TestKernel {
  static let name = "t_fill"
  static func run<T: BinaryFloatingPoint & Sendable>(_ c: ItemCall<T>) {
    for e in 0..<c.elements { c.set(0, 0, e, T(c.call.reals[0])) }
  }
}

enum CountKernel: TestKernel {
  static let name = "t_count"
  static func run<T: BinaryFloatingPoint & Sendable>(_ c: ItemCall<T>) { c.set(0, 0, 0, T(c.call.batch)) }
}

enum NoiseKernel: TestKernel {
  static let name = "t_noise"
  static func run<T: BinaryFloatingPoint & Sendable>(_ c: ItemCall<T>) {
    for i in 0..<c.slots {
      let item = UInt64(min(c.call.firstItem + i, c.call.batch - 1))
      for e in 0..<c.elements {
        c.set(0, i, e, T((c.call.seed &* 31 &+ c.call.step &* 17 &+ item &* 7 &+ UInt64(e)) % 64))
      }
    }
  }
}

/// √x, with a fault below zero.
enum RootKernel: TestKernel {
  static let name = "t_root"
  static func run<T: BinaryFloatingPoint & Sendable>(_ c: ItemCall<T>) {
    for i in 0..<c.slots {
      for e in 0..<c.elements {
        let x = c.get(0, i, e)
        if x < 0 {
          c.call.fault.pointee.record(
            .eigenvalueOutsideDomain, item: c.call.firstItem + min(i, c.call.items - 1), field: e, value: Double(x))
        }
        c.set(1, i, e, x.squareRoot())
      }
    }
  }
}

enum TurnKernel: TestKernel {
  static let name = "t_turn"
  static func run<T: BinaryFloatingPoint & Sendable>(_ c: ItemCall<T>) {
    for i in 0..<c.slots {
      let item = c.call.firstItem + min(i, c.call.items - 1)
      let next = (item + 1) % c.call.batch
      for e in 0..<c.elements { c.set(1, i, e, c.get(0, item, e) - c.get(0, next, e)) }
    }
  }
}

/// Kernels of the test ops, and rows to lanes and back.
package enum TestKernels {
  private static let all: [any TestKernel.Type] = [
    AxpyKernel.self, SumKernel.self, SplitKernel.self, FillKernel.self, CountKernel.self, NoiseKernel.self,
    RootKernel.self, TurnKernel.self,
  ]

  /// All kernels by name.
  package static let table = table(doubles: LaneWidth.f64, floats: LaneWidth.f32)

  /// All kernels by name, for groups that are stored `doubles` or `floats` items at a time.
  package static func table(doubles: Int, floats: Int) -> [String: KernelSet] {
    Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0.set(doubles: doubles, floats: floats)) })
  }
}

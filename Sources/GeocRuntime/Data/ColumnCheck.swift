import GeocDiagnostics
import GeocIR

/// Compares the values of a column with the space of the input that it feeds.
struct ColumnCheck {
  let column: HostArray
  let input: Parameter
  let type: GeoType
  let space: (any SpaceDeclaration.Type)?
  /// The file and the array, for messages.
  let place: String

  /// Asymmetry, relative to the largest element, that rounding in single precision explains.
  static let symmetryTolerance = 1e-5
  /// How far below zero, relative to the largest element, an eigenvalue of a singular covariance may be rounded.
  static let definitenessTolerance = 1e-6

  init(_ column: HostArray, input: Parameter, type: GeoType, spaces: SpaceTable, place: String) {
    self.column = column
    self.input = input
    self.type = type
    self.place = place
    space = spaces[type.space.name]
  }

  /// Looks through `rows`. Definiteness is an op's own business unless `requiresDefinite`: some, such as `reeig`, are
  /// defined on every symmetric matrix. Throws E0506, E0508, E0509, E0519.
  func run(rows: [Int], requiresDefinite: Bool) throws(GeocError) {
    let isIndex = space?.isIndex == true
    let isExact = !column.scalar.isFloatingPoint
    let isSymmetric = space?.isSymmetric == true && type.space.sizes.first.map { $0 > 0 } == true
    if !isIndex && isExact && !isSymmetric { return }
    var values = [Double](repeating: 0, count: column.elements)
    for row in rows where row >= 0 && row < column.rowCount {
      column.copy(row: row, into: &values)
      if isIndex {
        try checkClasses(values, row)
      } else {
        if let wrong = values.first(where: { !$0.isFinite }) {
          throw problem(.data.notFinite, "input '\(input.name)' holds \(wrong)", row)
        }
        if isSymmetric { try checkMatrices(values, row, requiresDefinite && space?.isPositiveDefinite == true) }
      }
    }
  }

  private func checkClasses(_ values: [Double], _ row: Int) throws(GeocError) {
    let classes = type.space.sizes.first ?? 0
    for value in values {
      guard value == value.rounded(), value.isFinite else {
        throw problem(.data.dtype, "class indices of input '\(input.name)' must be whole numbers, found \(value)", row)
      }
      guard value >= 0, value < Double(classes) else {
        let index = Int(exactly: value).map(String.init) ?? Executable.short(value)
        throw problem(
          .data.labelOutOfRange, "class index \(index) is outside 0...\(classes - 1)", row,
          help: "classes of \(type.batched(false)) are counted from 0")
      }
    }
  }

  private func checkMatrices(_ values: [Double], _ row: Int, _ isDefinite: Bool) throws(GeocError) {
    let n = type.space.sizes[0]
    for start in stride(from: 0, to: values.count, by: n * n) {
      var a = Array(values[start..<min(start + n * n, values.count)])
      let largest = a.reduce(0) { max($0, abs($1)) }
      for i in 0..<n {
        for j in 0..<i where abs(a[i * n + j] - a[j * n + i]) > Self.symmetryTolerance * largest {
          throw problem(
            .data.notInSpace,
            "a matrix of input '\(input.name)' is not symmetric: element (\(i), \(j)) is \(a[i * n + j]), "
              + "element (\(j), \(i)) is \(a[j * n + i])", row,
            help: "symmetrise it: (X + Xᵀ) / 2")
        }
      }
      guard isDefinite, let pivot = Self.negativePivot(&a, n, shift: Self.definitenessTolerance * largest) else {
        continue
      }
      throw problem(
        .data.notInSpace,
        "a matrix of input '\(input.name)' is not positive definite: pivot \(Executable.short(pivot))", row,
        help: "declare the input as Sym(\(n)) if it is only symmetric")
    }
  }

  /// The first pivot of A + shift I that is not positive, by Cholesky; nil where there is none.
  private static func negativePivot(_ a: inout [Double], _ n: Int, shift: Double) -> Double? {
    for j in 0..<n {
      var pivot = a[j * n + j] + shift
      for k in 0..<j { pivot -= a[j * n + k] * a[j * n + k] }
      if !(pivot > 0) { return pivot - shift }
      let root = pivot.squareRoot()
      a[j * n + j] = root
      for i in (j + 1)..<max(n, j + 1) {
        var sum = a[i * n + j]
        for k in 0..<j { sum -= a[i * n + k] * a[j * n + k] }
        a[i * n + j] = sum / root
      }
    }
    return nil
  }

  private func problem(_ code: DiagnosticCode, _ message: String, _ row: Int, help: String? = nil) -> GeocError {
    GeocError(
      Diagnostic(
        code, message, notes: ["row \(row) of input '\(input.name)', counted from 0"], help: help.map { [$0] } ?? [],
        item: place))
  }
}

/// Solves `T X = B` in place, T lower triangular `n × n`, X and B `n × columns`; `inverses` receives 1 / T_ii.
///
/// Strides may be negative: a backward substitution is a forward one on reversed indices.
@inline(always)
func substituteForward<V: Lanes>(
  _ t: MatrixView<LaneElements<V>>, _ x: UnsafeMutablePointer<V>, rowStride: Int, columnStride: Int, n: Int,
  columns: Int, inverses: UnsafeMutablePointer<V>
) {
  for i in 0..<n { inverses[i] = V.one / t[i, i] }
  let solved = MatrixView(LaneElements(x), rowStride: rowStride, columnStride: columnStride)
  let sink = SubtractSink(base: x, rowStride: rowStride, columnStride: columnStride, lowerOnly: false)
  for row in stride(from: 0, to: n, by: 4) {
    let height = Swift.min(4, n - row)
    for column in stride(from: 0, to: columns, by: 4) {
      let width = Swift.min(4, columns - column)
      if height == 4 && width == 4 {
        block4x4(t.from(row, 0), solved.from(0, column), depth: row, into: sink, row: row, column: column)
      } else {
        for r in row..<(row + height) {
          for c in column..<(column + width) {
            block1x1(t.from(r, 0), solved.from(0, c), depth: row, into: sink, row: r, column: c, isFlipped: false)
          }
        }
      }
      for r in row..<(row + height) {
        for c in column..<(column + width) {
          var value = solved[r, c]
          for k in row..<r { value = V.fnma(t[r, k], solved[k, c], value) }
          x[r * rowStride + c * columnStride] = value * inverses[r]
        }
      }
    }
  }
}

/// `op(L)⁻¹ B` in place for row-major B [n,m] (`isLeft`), or `B op(L)⁻¹` for B [m,n]; op is the transpose or nothing.
///
/// L is row-major and lower triangular; `inverses` is scratch for n vectors.
func solveTriangular<V: Lanes>(
  _ l: UnsafePointer<V>, _ b: UnsafeMutablePointer<V>, n: Int, m: Int, isLeft: Bool, isTransposed: Bool,
  inverses: UnsafeMutablePointer<V>
) {
  // X op(L) = B is op(L)ᵀ Xᵀ = Bᵀ.
  let rowStride = isLeft ? m : 1
  let columnStride = isLeft ? 1 : n
  if isLeft == isTransposed {
    let last = n - 1
    substituteForward(
      MatrixView(LaneElements(l + (last * n + last)), rowStride: -1, columnStride: -n), b + last * rowStride,
      rowStride: -rowStride, columnStride: columnStride, n: n, columns: m, inverses: inverses)
  } else {
    substituteForward(
      MatrixView(LaneElements(l), columns: n), b, rowStride: rowStride, columnStride: columnStride, n: n, columns: m,
      inverses: inverses)
  }
}

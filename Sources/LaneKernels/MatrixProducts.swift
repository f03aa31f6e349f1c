/// One row times a matrix of `columns` columns. Blocks at the edge overlap their neighbours.
@inline(always)
func multiplyRow<A: ElementSource, B: ElementSource, S: BlockSink>(
  _ a: MatrixView<A>, _ b: MatrixView<B>, columns: Int, depth: Int, into sink: S, row: Int, isFlipped: Bool
) where A.Vector == B.Vector, S.Vector == A.Vector {
  var column = 0
  if columns >= 8 {
    while column < columns {
      let c = Swift.min(column, columns - 8)
      block1x8(a, b.from(0, c), depth: depth, into: sink, row: row, column: c, isFlipped: isFlipped)
      column += 8
    }
  } else if columns >= 4 {
    while column < columns {
      let c = Swift.min(column, columns - 4)
      block1x4(a, b.from(0, c), depth: depth, into: sink, row: row, column: c, isFlipped: isFlipped)
      column += 4
    }
  } else {
    while column < columns {
      block1x1(a, b.from(0, column), depth: depth, into: sink, row: row, column: column, isFlipped: isFlipped)
      column += 1
    }
  }
}

/// `a b`, `rows × depth` times `depth × columns`.
@inline(always)
func multiply<A: ElementSource, B: ElementSource, S: BlockSink>(
  _ a: MatrixView<A>, _ b: MatrixView<B>, rows: Int, columns: Int, depth: Int, into sink: S
) where A.Vector == B.Vector, S.Vector == A.Vector {
  if rows >= 4 && columns >= 4 {
    var row = 0
    while row < rows {
      let r = Swift.min(row, rows - 4)
      var column = 0
      while column < columns {
        let c = Swift.min(column, columns - 4)
        block4x4(a.from(r, 0), b.from(0, c), depth: depth, into: sink, row: r, column: c)
        column += 4
      }
      row += 4
    }
  } else if columns >= rows {
    for row in 0..<rows {
      multiplyRow(a.from(row, 0), b, columns: columns, depth: depth, into: sink, row: row, isFlipped: false)
    }
  } else {
    for column in 0..<columns {
      multiplyRow(
        b.transposed.from(column, 0), a.transposed, columns: rows, depth: depth, into: sink, row: column,
        isFlipped: true)
    }
  }
}

/// The lower triangle of `a b`, `n × depth` times `depth × n`; the sink must ignore what lies above the diagonal.
///
/// With `isTriangular`, row i of `a` is zero before column i, and those products are left out.
@inline(always)
func multiplyLower<A: ElementSource, B: ElementSource, S: BlockSink>(
  _ a: MatrixView<A>, _ b: MatrixView<B>, n: Int, depth: Int, into sink: S, isTriangular: Bool = false
) where A.Vector == B.Vector, S.Vector == A.Vector {
  if n >= 4 {
    var row = 0
    while row < n {
      let r = Swift.min(row, n - 4)
      let start = isTriangular ? r : 0
      var column = 0
      while column <= r + 3 {
        let c = Swift.min(column, r)
        block4x4(a.from(r, start), b.from(start, c), depth: depth - start, into: sink, row: r, column: c)
        column += 4
      }
      row += 4
    }
  } else {
    for row in 0..<n {
      let start = isTriangular ? row : 0
      for column in 0...row {
        block1x1(
          a.from(row, start), b.from(start, column), depth: depth - start, into: sink, row: row, column: column,
          isFlipped: false)
      }
    }
  }
}

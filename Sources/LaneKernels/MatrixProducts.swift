/// One row times a matrix of `columns` columns. Blocks at the edge overlap their neighbours.
@inline(never)
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

extension Lanes {
  /// Rows of the next register tile of a product with `left` rows to go, of four at least: four and the last one
  /// overlapping its neighbour where there are 32 registers, else threes and twos, which are 12 and 8 sums.
  @inline(always) static func tileHeight(_ left: Int) -> Int {
    if hasManyRegisters { return 4 }
    return left == 2 || left == 4 ? 2 : 3
  }
}

/// Columns that all rows go past before the next ones, where a row of tiles reads `columns`: two tiles where these stay in
/// the first cache while the rows come from the second, else all, and the rows stay.
@inline(always)
private func panelWidth(_ columns: Int, depth: Int) -> Int { depth <= 96 ? 8 : columns }

/// A tile of four columns, `height` rows of `a`.
@inline(always)
private func tile<A: ElementSource, B: ElementSource, S: BlockSink>(
  _ height: Int, _ a: MatrixView<A>, _ b: MatrixView<B>, depth: Int, into sink: S, row: Int, column: Int,
  _ ahead: inout Lookahead
) where A.Vector == B.Vector, S.Vector == A.Vector {
  if A.Vector.hasManyRegisters {
    block4x4(a, b, depth: depth, into: sink, row: row, column: column, ahead: ahead.pace)
  } else if height == 3 {
    block3x4(a, b, depth: depth, into: sink, row: row, column: column, ahead: ahead.pace)
  } else {
    block2x4(a, b, depth: depth, into: sink, row: row, column: column, ahead: ahead.pace)
  }
  ahead.pass(depth)
}

/// `a b`, `rows × depth` times `depth × columns`.
@inline(always)
func multiply<A: ElementSource, B: ElementSource, S: BlockSink>(
  _ a: MatrixView<A>, _ b: MatrixView<B>, rows: Int, columns: Int, depth: Int, into sink: S
) where A.Vector == B.Vector, S.Vector == A.Vector {
  var nothing = Lookahead.nothing
  multiply(a, b, rows: rows, columns: columns, depth: depth, into: sink, &nothing)
}

/// The same, asking for memory that is needed after it.
@inline(always)
func multiply<A: ElementSource, B: ElementSource, S: BlockSink>(
  _ a: MatrixView<A>, _ b: MatrixView<B>, rows: Int, columns: Int, depth: Int, into sink: S, _ ahead: inout Lookahead
) where A.Vector == B.Vector, S.Vector == A.Vector {
  if rows >= 4 && columns >= 4 {
    let width = panelWidth(columns, depth: depth)
    for panel in stride(from: 0, to: columns, by: width) {
      let end = Swift.min(panel + width, columns)
      var row = 0
      while row < rows {
        let height = A.Vector.tileHeight(rows - row)
        let r = Swift.min(row, rows - height)
        var column = panel
        while column < end {
          let c = Swift.min(column, columns - 4)
          tile(height, a.from(r, 0), b.from(0, c), depth: depth, into: sink, row: r, column: c, &ahead)
          column += 4
        }
        row += height
      }
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
  var nothing = Lookahead.nothing
  multiplyLower(a, b, n: n, depth: depth, into: sink, isTriangular: isTriangular, &nothing)
}

/// The same, asking for memory that is needed after it.
@inline(always)
func multiplyLower<A: ElementSource, B: ElementSource, S: BlockSink>(
  _ a: MatrixView<A>, _ b: MatrixView<B>, n: Int, depth: Int, into sink: S, isTriangular: Bool = false,
  _ ahead: inout Lookahead
) where A.Vector == B.Vector, S.Vector == A.Vector {
  if n >= 4 {
    let width = panelWidth(n, depth: depth)
    for panel in stride(from: 0, to: n, by: width) {
      var row = 0
      while row < n {
        let height = A.Vector.tileHeight(n - row)
        let r = Swift.min(row, n - height)
        let start = isTriangular ? r : 0
        var column = panel
        while column < Swift.min(panel + width, r + height) {
          let c = Swift.min(column, n - 4)
          tile(
            height, a.from(r, start), b.from(start, c), depth: depth - start, into: sink, row: r, column: c, &ahead)
          column += 4
        }
        row += height
      }
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

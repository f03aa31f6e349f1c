// Calls and not inlined: a product has a dozen places that use a block, for every kind of operand, and none of them could
// keep a sum in registers beyond it. No vector is among the arguments.

/// Four rows of `a` times four columns of `b`, written at (`row`, `column`): 16 sums in registers where there are 32.
@inline(never)
func block4x4<A: ElementSource, B: ElementSource, S: BlockSink>(
  _ a: MatrixView<A>, _ b: MatrixView<B>, depth: Int, into sink: S, row: Int, column: Int,
  ahead: PacedPrefetch = Lookahead.nothing.pace
) where A.Vector == B.Vector, S.Vector == A.Vector {
  typealias V = A.Vector
  guard V.hasManyRegisters else {
    block2x4(a, b, depth: depth, into: sink, row: row, column: column, ahead: ahead)
    block2x4(a.from(2, 0), b, depth: depth, into: sink, row: row + 2, column: column)
    return
  }
  var c00 = V.zero, c01 = V.zero, c02 = V.zero, c03 = V.zero
  var c10 = V.zero, c11 = V.zero, c12 = V.zero, c13 = V.zero
  var c20 = V.zero, c21 = V.zero, c22 = V.zero, c23 = V.zero
  var c30 = V.zero, c31 = V.zero, c32 = V.zero, c33 = V.zero
  var ahead = ahead
  for k in 0..<depth {
    ahead.advance()
    let b0 = b[k, 0], b1 = b[k, 1], b2 = b[k, 2], b3 = b[k, 3]
    let a0 = a[0, k]
    c00 = V.fma(a0, b0, c00)
    c01 = V.fma(a0, b1, c01)
    c02 = V.fma(a0, b2, c02)
    c03 = V.fma(a0, b3, c03)
    let a1 = a[1, k]
    c10 = V.fma(a1, b0, c10)
    c11 = V.fma(a1, b1, c11)
    c12 = V.fma(a1, b2, c12)
    c13 = V.fma(a1, b3, c13)
    let a2 = a[2, k]
    c20 = V.fma(a2, b0, c20)
    c21 = V.fma(a2, b1, c21)
    c22 = V.fma(a2, b2, c22)
    c23 = V.fma(a2, b3, c23)
    let a3 = a[3, k]
    c30 = V.fma(a3, b0, c30)
    c31 = V.fma(a3, b1, c31)
    c32 = V.fma(a3, b2, c32)
    c33 = V.fma(a3, b3, c33)
  }
  sink.write(row, column, c00)
  sink.write(row, column + 1, c01)
  sink.write(row, column + 2, c02)
  sink.write(row, column + 3, c03)
  sink.write(row + 1, column, c10)
  sink.write(row + 1, column + 1, c11)
  sink.write(row + 1, column + 2, c12)
  sink.write(row + 1, column + 3, c13)
  sink.write(row + 2, column, c20)
  sink.write(row + 2, column + 1, c21)
  sink.write(row + 2, column + 2, c22)
  sink.write(row + 2, column + 3, c23)
  sink.write(row + 3, column, c30)
  sink.write(row + 3, column + 1, c31)
  sink.write(row + 3, column + 2, c32)
  sink.write(row + 3, column + 3, c33)
}

/// Three rows of `a` times four columns of `b`, written at (`row`, `column`).
@inline(never)
func block3x4<A: ElementSource, B: ElementSource, S: BlockSink>(
  _ a: MatrixView<A>, _ b: MatrixView<B>, depth: Int, into sink: S, row: Int, column: Int,
  ahead: PacedPrefetch = Lookahead.nothing.pace
) where A.Vector == B.Vector, S.Vector == A.Vector {
  typealias V = A.Vector
  var c00 = V.zero, c01 = V.zero, c02 = V.zero, c03 = V.zero
  var c10 = V.zero, c11 = V.zero, c12 = V.zero, c13 = V.zero
  var c20 = V.zero, c21 = V.zero, c22 = V.zero, c23 = V.zero
  var ahead = ahead
  for k in 0..<depth {
    ahead.advance()
    // 12 sums, three elements of `a` and one of `b`: all 16 registers.
    let a0 = a[0, k], a1 = a[1, k], a2 = a[2, k]
    let b0 = b[k, 0]
    c00 = V.fma(a0, b0, c00)
    c10 = V.fma(a1, b0, c10)
    c20 = V.fma(a2, b0, c20)
    let b1 = b[k, 1]
    c01 = V.fma(a0, b1, c01)
    c11 = V.fma(a1, b1, c11)
    c21 = V.fma(a2, b1, c21)
    let b2 = b[k, 2]
    c02 = V.fma(a0, b2, c02)
    c12 = V.fma(a1, b2, c12)
    c22 = V.fma(a2, b2, c22)
    let b3 = b[k, 3]
    c03 = V.fma(a0, b3, c03)
    c13 = V.fma(a1, b3, c13)
    c23 = V.fma(a2, b3, c23)
  }
  sink.write(row, column, c00)
  sink.write(row, column + 1, c01)
  sink.write(row, column + 2, c02)
  sink.write(row, column + 3, c03)
  sink.write(row + 1, column, c10)
  sink.write(row + 1, column + 1, c11)
  sink.write(row + 1, column + 2, c12)
  sink.write(row + 1, column + 3, c13)
  sink.write(row + 2, column, c20)
  sink.write(row + 2, column + 1, c21)
  sink.write(row + 2, column + 2, c22)
  sink.write(row + 2, column + 3, c23)
}

/// Two rows of `a` times four columns of `b`, written at (`row`, `column`).
@inline(never)
func block2x4<A: ElementSource, B: ElementSource, S: BlockSink>(
  _ a: MatrixView<A>, _ b: MatrixView<B>, depth: Int, into sink: S, row: Int, column: Int,
  ahead: PacedPrefetch = Lookahead.nothing.pace
) where A.Vector == B.Vector, S.Vector == A.Vector {
  typealias V = A.Vector
  var c00 = V.zero, c01 = V.zero, c02 = V.zero, c03 = V.zero
  var c10 = V.zero, c11 = V.zero, c12 = V.zero, c13 = V.zero
  var ahead = ahead
  for k in 0..<depth {
    ahead.advance()
    let b0 = b[k, 0], b1 = b[k, 1], b2 = b[k, 2], b3 = b[k, 3]
    let a0 = a[0, k]
    c00 = V.fma(a0, b0, c00)
    c01 = V.fma(a0, b1, c01)
    c02 = V.fma(a0, b2, c02)
    c03 = V.fma(a0, b3, c03)
    let a1 = a[1, k]
    c10 = V.fma(a1, b0, c10)
    c11 = V.fma(a1, b1, c11)
    c12 = V.fma(a1, b2, c12)
    c13 = V.fma(a1, b3, c13)
  }
  sink.write(row, column, c00)
  sink.write(row, column + 1, c01)
  sink.write(row, column + 2, c02)
  sink.write(row, column + 3, c03)
  sink.write(row + 1, column, c10)
  sink.write(row + 1, column + 1, c11)
  sink.write(row + 1, column + 2, c12)
  sink.write(row + 1, column + 3, c13)
}

/// One row of `a` times eight columns of `b`; `isFlipped` writes the transpose.
@inline(never)
func block1x8<A: ElementSource, B: ElementSource, S: BlockSink>(
  _ a: MatrixView<A>, _ b: MatrixView<B>, depth: Int, into sink: S, row: Int, column: Int, isFlipped: Bool
) where A.Vector == B.Vector, S.Vector == A.Vector {
  typealias V = A.Vector
  var c00 = V.zero, c01 = V.zero, c02 = V.zero, c03 = V.zero, c04 = V.zero, c05 = V.zero, c06 = V.zero, c07 = V.zero
  for k in 0..<depth {
    let b0 = b[k, 0], b1 = b[k, 1], b2 = b[k, 2], b3 = b[k, 3], b4 = b[k, 4], b5 = b[k, 5], b6 = b[k, 6], b7 = b[k, 7]
    let a0 = a[0, k]
    c00 = V.fma(a0, b0, c00)
    c01 = V.fma(a0, b1, c01)
    c02 = V.fma(a0, b2, c02)
    c03 = V.fma(a0, b3, c03)
    c04 = V.fma(a0, b4, c04)
    c05 = V.fma(a0, b5, c05)
    c06 = V.fma(a0, b6, c06)
    c07 = V.fma(a0, b7, c07)
  }
  if isFlipped { sink.write(column, row, c00) } else { sink.write(row, column, c00) }
  if isFlipped { sink.write(column + 1, row, c01) } else { sink.write(row, column + 1, c01) }
  if isFlipped { sink.write(column + 2, row, c02) } else { sink.write(row, column + 2, c02) }
  if isFlipped { sink.write(column + 3, row, c03) } else { sink.write(row, column + 3, c03) }
  if isFlipped { sink.write(column + 4, row, c04) } else { sink.write(row, column + 4, c04) }
  if isFlipped { sink.write(column + 5, row, c05) } else { sink.write(row, column + 5, c05) }
  if isFlipped { sink.write(column + 6, row, c06) } else { sink.write(row, column + 6, c06) }
  if isFlipped { sink.write(column + 7, row, c07) } else { sink.write(row, column + 7, c07) }
}

/// One row of `a` times four columns of `b`; `isFlipped` writes the transpose.
@inline(never)
func block1x4<A: ElementSource, B: ElementSource, S: BlockSink>(
  _ a: MatrixView<A>, _ b: MatrixView<B>, depth: Int, into sink: S, row: Int, column: Int, isFlipped: Bool
) where A.Vector == B.Vector, S.Vector == A.Vector {
  typealias V = A.Vector
  var c00 = V.zero, c01 = V.zero, c02 = V.zero, c03 = V.zero
  for k in 0..<depth {
    let b0 = b[k, 0], b1 = b[k, 1], b2 = b[k, 2], b3 = b[k, 3]
    let a0 = a[0, k]
    c00 = V.fma(a0, b0, c00)
    c01 = V.fma(a0, b1, c01)
    c02 = V.fma(a0, b2, c02)
    c03 = V.fma(a0, b3, c03)
  }
  if isFlipped { sink.write(column, row, c00) } else { sink.write(row, column, c00) }
  if isFlipped { sink.write(column + 1, row, c01) } else { sink.write(row, column + 1, c01) }
  if isFlipped { sink.write(column + 2, row, c02) } else { sink.write(row, column + 2, c02) }
  if isFlipped { sink.write(column + 3, row, c03) } else { sink.write(row, column + 3, c03) }
}

/// One row of `a` times one column of `b`; `isFlipped` writes the transpose.
@inline(never)
func block1x1<A: ElementSource, B: ElementSource, S: BlockSink>(
  _ a: MatrixView<A>, _ b: MatrixView<B>, depth: Int, into sink: S, row: Int, column: Int, isFlipped: Bool
) where A.Vector == B.Vector, S.Vector == A.Vector {
  typealias V = A.Vector
  var c00 = V.zero
  for k in 0..<depth {
    let b0 = b[k, 0]
    let a0 = a[0, k]
    c00 = V.fma(a0, b0, c00)
  }
  if isFlipped { sink.write(column, row, c00) } else { sink.write(row, column, c00) }
}

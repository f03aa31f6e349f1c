/// `count` numbers of one row per lane, as vectors.
func rowsToLanes<V: Lanes>(
  _ rows: UnsafePointer<UnsafePointer<V.Scalar>?>, _ count: Int, into lanes: UnsafeMutablePointer<V.Scalar>,
  as _: V.Type
) {
  let blocks = count / V.count
  V.packBlocks(rows, lanes, blocks)
  for lane in 0..<V.count {
    guard let row = rows[lane] else { continue }
    for e in (blocks * V.count)..<count { lanes[e * V.count + lane] = row[e] }
  }
}

/// `count` vectors as rows, those of the first `valid` lanes.
func lanesToRows<V: Lanes>(
  _ lanes: UnsafePointer<V.Scalar>, _ count: Int, into rows: UnsafePointer<UnsafeMutablePointer<V.Scalar>?>, valid: Int,
  as _: V.Type
) {
  let blocks = valid == V.count ? count / V.count : 0
  // Without blocks there need not be a row for every lane.
  if blocks > 0 { V.unpackBlocks(lanes, rows, blocks) }
  for lane in 0..<valid {
    guard let row = rows[lane] else { continue }
    for e in (blocks * V.count)..<count { row[e] = lanes[e * V.count + lane] }
  }
}

/// Where values stay rows of the host instead of being brought into lanes and back.
struct HostBorders {
  /// Batched parameters of which every reader takes the rows as they are.
  private(set) var rows: Set<Int>
  /// Nodes that read nothing but such parameters and unbatched values, and write nothing but results.
  private(set) var skipsLanes: Set<Int>

  /// `resultsOf` are the results of the function that each root value is; `isBatched` and `isParameter` tell of a root value.
  init(
    _ work: [FlowAnalysis.Work], _ live: [Int], resultsOf: [[Int]], isBatched: (Int) -> Bool,
    isParameter: (Int) -> Bool
  ) {
    (rows, skipsLanes) = ([], [])
    if live.allSatisfy({ work[$0].request.rows.isEmpty && !work[$0].request.maySkipLanes }) { return }
    let read = Set(live.flatMap { work[$0].inputs })
    skipsLanes = Set(
      live.filter { k in
        work[k].request.maySkipLanes && work[k].isBatched
          && work[k].outputs.allSatisfy { resultsOf[$0].count == 1 && !read.contains($0) }
      })
    // A node that needs a parameter in lanes spoils it for the others, which then need their own other inputs in lanes.
    while true {
      var asRows: Set<Int> = []
      var inLanes: Set<Int> = []
      for k in live {
        let takesRows = skipsLanes.contains(k)
        for (o, input) in work[k].inputs.enumerated() {
          if takesRows || work[k].request.rows.contains(o) { asRows.insert(input) } else { inLanes.insert(input) }
        }
      }
      rows = asRows.filter { isBatched($0) && isParameter($0) && !inLanes.contains($0) && resultsOf[$0].isEmpty }
      let spoilt = skipsLanes.filter { k in
        let own = work[k].inputs.filter(isBatched)
        return own.isEmpty || !own.allSatisfy(rows.contains)
      }
      if spoilt.isEmpty { return }
      skipsLanes.subtract(spoilt)
    }
  }
}

import GeocIR
import GeocPlan

/// The memory of a plan over its steps: one bar for each slot, at its place, as long as it lives.
struct MemoryMap: Encodable, Sendable {
  struct Bar: Encodable, Sendable {
    var slot: Int
    var storage: String
    /// First and last step in which it is alive.
    var first: Int
    var last: Int
    /// Place and size in scalars (per item where it is batched).
    var offset: Int
    var size: Int
    /// What is written to it.
    var holds: [String]
  }

  var bars: [Bar] = []
  var steps: Int
  /// Names and first steps of the regions.
  var regions: [(name: String, start: Int)]
  var scalarSize: Int

  private enum CodingKeys: String, CodingKey { case bars, steps, scalarSize }

  /// The slots of a schedule.
  init(_ schedule: Schedule, _ function: Function) {
    let layout = Layout(schedule)
    steps = schedule.steps.count
    scalarSize = schedule.dtype.size
    regions = schedule.regions.enumerated().map { ("\($1.kind.rawValue) \($0)", $1.start) }
    var holds = [[String]](repeating: [], count: schedule.slots.count)
    for step in schedule.steps {
      let what =
        switch step.kind {
        case .pack: function.parameters[step.index].name
        case .unpack: function.results[step.index].name
        case .kernel: "\(function.nodes[step.index].op) of \(function.nodes[step.index].origin.path)"
        }
      for slot in step.outputs { holds[slot].append(what) }
    }
    func step(_ region: Int, end: Bool) -> Int {
      guard schedule.regions.indices.contains(region) else { return steps }
      return end ? schedule.regions[region].end : schedule.regions[region].start
    }
    for (k, slot) in schedule.slots.enumerated() where !slot.isOfHost && slot.storage != .constant {
      let isChunk = slot.storage == .chunk
      bars.append(
        Bar(
          slot: k, storage: slot.storage.rawValue, first: isChunk ? slot.first : step(slot.first, end: false),
          last: isChunk ? slot.last + 1 : step(slot.last, end: true), offset: layout.offsets[k], size: slot.elements,
          holds: holds[k]))
    }
  }

  /// A chart: steps to the right, memory upwards, a band for each kind of memory.
  func svg() -> String {
    let bands = [
      ("batch", "batch arena, bytes a sample", "#88ccee"), ("chunk", "chunk memory, bytes an item", "#44aa99"),
      ("single", "unbatched, bytes", "#ddcc77"),
    ]
    let (width, left, high) = (760.0, 8.0, 96.0)
    var y = 20.0
    var text = ""
    let scale = (width - 2 * left) / Double(max(1, steps))
    for (storage, title, color) in bands {
      let members = bars.filter { $0.storage == storage }
      guard !members.isEmpty else { continue }
      let top = members.map { $0.offset + $0.size }.max() ?? 1
      text += "<text class=\"small\" x=\"\(left)\" y=\"\(y - 5)\">\(title): \(Count.text(top * scalarSize))</text>"
      text += "<rect class=\"frame\" x=\"\(left)\" y=\"\(y)\" width=\"\(width - 2 * left)\" height=\"\(high)\"/>"
      for bar in members {
        let height = max(1, Double(bar.size) / Double(top) * high)
        let at = y + high - Double(bar.offset) / Double(top) * high - height
        let x = left + Double(bar.first) * scale
        text += "<rect class=\"bar\" fill=\"\(color)\" x=\"\(SVGRenderer.number(x))\" y=\"\(SVGRenderer.number(at))\" "
        text += "width=\"\(SVGRenderer.number(max(1, Double(bar.last - bar.first) * scale)))\" "
        text += "height=\"\(SVGRenderer.number(height))\"><title>"
        text += SVGRenderer.escaped(
          "slot \(bar.slot), \(Count.text(bar.size * scalarSize)) bytes, steps \(bar.first) to \(bar.last - 1)\n"
            + bar.holds.joined(separator: "\n"))
        text += "</title></rect>"
      }
      y += high + 26
    }
    for region in regions {
      let x = SVGRenderer.number(left + Double(region.start) * scale)
      text += "<path class=\"rule\" d=\"M\(x),20V\(y - 26)\"><title>\(region.name)</title></path>"
    }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" class="memory" viewBox="0 0 \(SVGRenderer.number(width)) \
      \(SVGRenderer.number(y))" role="img" aria-label="memory over the steps of the plan">\(text)</svg>
      """
  }
}

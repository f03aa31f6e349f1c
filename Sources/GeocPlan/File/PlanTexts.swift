import GeocIR
import GeocTensorFiles
import GeocThreads

/// The long texts of a plan file. Functions and schedules are written and encoded at the same time, and once where they
/// differ in their names only.
struct PlanTexts {
  /// The module.
  let module: EncodedText
  /// An array of the schedules.
  let schedules: EncodedText

  /// What is written by itself.
  private enum Part {
    case function(Function)
    case schedule(Schedule)

    var length: Int {
      switch self {
      case .function(let f): f.nodes.count
      case .schedule(let s): s.steps.count
      }
    }

    func isTwin(of other: Part) -> Bool {
      switch (self, other) {
      case (.function(let a), .function(let b)): a.isTwin(of: b)
      case (.schedule(let a), .schedule(let b)): a.isTwin(of: b)
      default: false
      }
    }

    /// Its text behind the name of the function.
    var textBehindName: String {
      switch self {
      case .function(let f): IRPrinter.printBehindName(f)
      case .schedule(let s): s.jsonBehindName()
      }
    }
  }

  init(_ plan: Plan) throws {
    var distinct: [Part] = []
    func place(_ part: Part) -> Int {
      if let known = distinct.firstIndex(where: part.isTwin(of:)) { return known }
      distinct.append(part)
      return distinct.count - 1
    }
    let functions = plan.module.functions.map { place(.function($0)) }
    let schedules = plan.schedules.map { place(.schedule($0)) }
    let texts = try ThreadPool.map(distinct, weight: \.length) { EncodedText($0.textBehindName) }
    var module = [EncodedText(IRPrinter.printHeader(plan.module))]
    for (f, place) in zip(plan.module.functions, functions) {
      module += [EncodedText("\n" + IRPrinter.printName(f)), texts[place]]
    }
    self.module = EncodedText(joining: module)
    var array = [EncodedText("[")]
    for (k, (schedule, place)) in zip(plan.schedules, schedules).enumerated() {
      array += [EncodedText((k > 0 ? "," : "") + schedule.jsonUpToName()), texts[place]]
    }
    self.schedules = EncodedText(joining: array + [EncodedText("]")])
  }
}

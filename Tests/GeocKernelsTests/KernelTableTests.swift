import GeocKernelABI
import GeocKernels
import Testing

@Suite struct KernelTableTests {
  @Test func choosesTheBestLevelTheProcessorRuns() {
    let all = InstructionLevel.allCases
    #expect(InstructionLevel.choose(request: nil, built: all, processor: .v4).level == .v4)
    #expect(InstructionLevel.choose(request: nil, built: all, processor: .v3).level == .v3)
    #expect(InstructionLevel.choose(request: "v2", built: all, processor: .v4).level == .v2)
    #expect(InstructionLevel.choose(request: nil, built: all, processor: nil).level == nil)
  }

  @Test func refusesWhatTheProcessorLacks() {
    let lacking = InstructionLevel.choose(request: "v4", built: InstructionLevel.allCases, processor: .v3)
    #expect(lacking.level == .v3)
    #expect(lacking.refusal?.contains("processor lacks") == true)
    #expect(InstructionLevel.choose(request: "v2", built: [.v4], processor: .v4).refusal?.contains("not built") == true)
    #expect(InstructionLevel.choose(request: "avx", built: [.v4], processor: .v4).refusal?.contains("v2, v3") == true)
  }

  /// Tests that are to run on the kernels of another level (`GEOC_KERNELS`) do not run on the best one unnoticed.
  @Test func theLevelAskedForIsInUse() { #expect(KernelTable.shared.refusal == nil) }

  @Test func everyBuiltLevelHasTheSameKernels() {
    let names = KernelTable.shared.names
    #expect(names.contains("sym"))
    for level in KernelTable.built where InstructionLevel.processor.map({ level <= $0 }) ?? false {
      let table = KernelTable(request: level.description)
      #expect(table.level == level)
      #expect(table.names == names)
    }
  }
}

import GeocIR
import GeocOps
import GeocPasses
import Testing

/// What the verifier asks again of a function that was rebuilt from a valid one.
@Suite struct VerificationTests {
  let registry = Catalogue.registry

  /// y = W x + b, z = max(y, 0), s = y + z.
  func valid() throws -> Function {
    var b = Builder(name: "f", stage: .layers, registry: registry)
    let x = b.parameter("x", .real([4], isBatched: true), .input)
    let w = b.parameter("w", .real([3, 4]), .param)
    let c = b.parameter("c", .real([3]), .param)
    let y = try b.node("linear", [x, w, c], ["out": .int(3), "bias": .bool(true)], name: "y")[0]
    let z = try b.one("relu", [y], name: "z")
    b.result("s", try b.one("add", [y, z], name: "s"))
    return b.function
  }

  func problems(_ f: Function, since verified: Function) -> [String] {
    Verifier.problems(f, registry, since: verified)
  }

  @Test func aFunctionThatStaysAsItIsHasNoProblems() throws {
    let f = try valid()
    #expect(Verifier.problems(f, registry) == [])
    #expect(problems(f, since: f) == [])
  }

  @Test func anAttributeThatAPassChangedIsChecked() throws {
    var f = try valid()
    f.nodes[0].attributes["out"] = .int(5)
    #expect(problems(f, since: try valid()) == Verifier.problems(f, registry))
    #expect(problems(f, since: try valid()).count == 1)
  }

  @Test func aTypeThatAPassChangedIsCheckedWhereItIsMadeAndWhereItIsRead() throws {
    var f = try valid()
    f.types[f.nodes[0].results[0].index] = .real([2], isBatched: true)
    #expect(problems(f, since: try valid()) == Verifier.problems(f, registry))
    #expect(problems(f, since: try valid()).map { $0.prefix(12) } == ["@f, node 0 '", "@f, node 1 '", "@f, node 2 '"])
  }

  @Test func anInputOfAnotherTypeIsChecked() throws {
    var f = try valid()
    f.nodes[2].inputs[1] = f.parameters[0].value
    #expect(problems(f, since: try valid()) == Verifier.problems(f, registry))
    #expect(problems(f, since: try valid()).count == 1)
  }

  @Test func anotherOpIsChecked() throws {
    var f = try valid()
    let old = f.nodes[1]
    f.nodes[1] = Node(op: "vech", inputs: old.inputs, attributes: [:], results: old.results, origin: old.origin)
    #expect(problems(f, since: try valid()) == Verifier.problems(f, registry))
    #expect(problems(f, since: try valid()).count == 1)
  }

  @Test func theOrderOfNodesIsCheckedWhateverTheyAre() throws {
    var f = try valid()
    f.nodes.swapAt(0, 1)
    #expect(problems(f, since: try valid()).contains { $0.contains("reads a value before it is defined") })
    f = try valid()
    f.nodes.append(f.nodes[1])
    #expect(problems(f, since: try valid()).contains { $0.contains("is defined twice") })
  }

  @Test func layersAreCheckedAgainWhereAFunctionBecomesCore() throws {
    var f = try valid()
    f.stage = .core
    #expect(problems(f, since: try valid()).contains { $0.contains("has no kernel") })
  }

  @Test func aVectorAtAnotherPointIsFoundThoughItsNodeStays() throws {
    var b = Builder(name: "f", stage: .layers, registry: registry)
    let ball = GeoType(Space("Ball", [4], ["c": .real(1)]), isBatched: true)
    let (p, q, x) = (b.parameter("p", ball, .input), b.parameter("q", ball, .input), b.parameter("x", ball, .input))
    let v = try b.one("logmap", [p, x], name: "v")
    b.result("y", try b.one("expmap", [p, v], name: "y"))
    let verified = b.function
    #expect(Verifier.problems(verified, registry) == [])
    var f = verified
    f.nodes[1].inputs[0] = q
    #expect(problems(f, since: verified) == Verifier.problems(f, registry))
    #expect(problems(f, since: verified).count == 1)
  }
}

import GeocIR
import GeocOps
import Testing

@Suite struct CoreTypeTests {
  static func expression(_ text: String) throws -> Attribute { .expression(try ScalarExpression.parse(text)) }

  @Test func mapsBroadcast() throws {
    let f = ["expr": try Self.expression("x0 * x1")]
    #expect(try TypeRules.results("map", ["[B] R[3, 1]", "R[4]"], f) == ["[B] R[3, 4]"])
    #expect(try TypeRules.results("map", ["[B] R", "R[4]"], f) == ["[B] R[4]"])
    #expect(try TypeRules.results("map", ["SPD(4)", "R[4, 1]"], f) == ["R[4, 4]"])
    #expect(
      try TypeRules.problem("map", ["R[3]", "R[4]"], f) == "map takes inputs of matching shapes, found [[3], [4]]")
  }

  @Test(
    arguments: [
      ("broadcast", ["[B] R[1, 4]"], ["shape": Attribute.ints([2, 3, 4])], ["[B] R[2, 3, 4]"]),
      ("spread", ["R[4]", "[B] R[2, 4]"], [:], ["[B] R[2, 4]"]),
      ("fill", [], ["shape": .ints([2, 2]), "value": .real(1)], ["R[2, 2]"]),
      ("ramp", [], ["count": .int(5)], ["R[5]"]),
      ("reduce", ["[B] R[2, 3, 4]"], ["kind": .name("sum"), "axes": .ints([0, 1])], ["[B] R[4]"]),
      ("reduce", ["R[2, 3]"], ["kind": .name("max"), "axes": .ints([1]), "keep": .bool(true)], ["R[2, 1]"]),
      ("batch_sum", ["[B] SPD(3)[2]"], [:], ["R[2, 3, 3]"]), ("batch_size", [], [:], ["R"]),
      ("reshape", ["[B] R[2, 6]"], ["shape": .ints([3, -1])], ["[B] R[3, 4]"]),
      ("permute", ["R[2, 3, 4]"], ["order": .ints([2, 0, 1])], ["R[4, 2, 3]"]),
      ("slice", ["R[5, 2]"], ["axis": .int(0), "start": .int(1), "count": .int(3)], ["R[3, 2]"]),
      ("pad", ["R[5]"], ["axis": .int(0), "before": .int(1), "after": .int(2)], ["R[8]"]),
      ("concat", ["[B] R[2, 3]", "R[4, 3]"], ["axis": .int(0)], ["[B] R[6, 3]"]),
      ("transpose", ["[B] R[7, 2, 3]"], [:], ["[B] R[7, 3, 2]"]), ("diagonal", ["R[2, 3, 3]"], [:], ["R[2, 3]"]),
      ("diagonal_matrix", ["R[2, 3]"], [:], ["R[2, 3, 3]"]), ("unpack_triangle", ["[B] R[6]"], [:], ["[B] R[3, 3]"]),
      ("matmul", ["[B] R[5, 1, 2, 3]", "R[4, 3, 6]"], [:], ["[B] R[5, 4, 2, 6]"]),
      ("matmul", ["R[3, 2]", "R[6, 3]"], ["ta": .bool(true), "tb": .bool(true)], ["R[2, 6]"]),
      ("matmul_reduce", ["[B] R[4, 2, 3]", "[B] R[4, 3, 6]"], [:], ["R[4, 2, 6]"]),
      ("matmul_reduce", ["[B] R[4, 2, 3]", "R[3, 6]"], ["keep": .bool(false)], ["R[2, 6]"]),
      ("congruence", ["R[2, 1, 5, 3]", "[B] SPD(5)[4]"], [:], ["[B] R[2, 4, 3, 3]"]),
      ("congruence", ["R[5, 3]", "R[3, 3]"], ["transpose": .bool(true)], ["R[5, 5]"]),
      (
        "congruence", ["[B] R[5, 3]", "R[3, 3]"], ["transpose": .bool(true), "half": .bool(true)],
        ["[B] R[5, 5]", "[B] R[3, 5]"]
      ),
      ("syrk", ["[B] R[4, 9]"], [:], ["[B] R[4, 4]"]),
      ("scatter_matrix", ["[B] R[2, 4, 9]"], [:], ["[B] R[2, 4, 4]"]), ("sym", ["R[4, 4]"], [:], ["R[4, 4]"]),
      ("eigh", ["[B] SPD(4)[2]"], [:], ["[B] R[2, 4]", "[B] R[2, 4, 4]"]), ("eigvals", ["Sym(4)"], [:], ["R[4]"]),
      ("cholesky", ["SPD(4)"], [:], ["R[4, 4]"]), ("trsolve", ["R[4, 4]", "[B] R[4, 2]"], [:], ["[B] R[4, 2]"]),
      ("trsolve", ["R[4, 4]", "[B] R[2, 4]"], ["side": .name("right")], ["[B] R[2, 4]"]),
      ("qr", ["Stiefel(5, 3)[2]"], [:], ["R[2, 5, 3]"]), ("svd", ["R[5, 3]"], [:], ["R[5, 3]", "R[3]", "R[3, 3]"]),
      ("solve", ["R[3, 3]", "R[3, 2]"], [:], ["R[3, 2]"]), ("expm", ["R[3, 3]"], [:], ["R[3, 3]"]),
      ("det", ["R[2, 3, 3]"], [:], ["R[2]"]),
      ("guarded_abs", ["[B] Sym(3)[2]"], [:], ["[B] R[2, 3, 3]", "[B] R[2, 3]", "[B] R[2, 3, 3]", "[B] R"]),
      ("guarded_max", ["[B] Sym(3)"], ["eps": .real(0.1)], ["[B] R[3, 3]", "[B] R[3]", "[B] R[3, 3]"]),
      ("pair_map", ["SPD(3)", "[B] Sym(3)[2]"], ["c": .real(1), "p": .real(-1)], ["[B] R[2, 3, 3]"]),
      ("pair_exp", ["SPD(3)", "[B] Sym(3)[2]"], ["c": .real(1), "p": .real(-1)], ["[B] R[2, 3, 3]"]),
      ("power_by", ["[B] SPD(3)", "R"], [:], ["[B] R[3, 3]"]),
      ("as_type", ["[B] R[3, 3]"], ["type": .type(GeoType(Space("Sym", [3])))], ["[B] Sym(3)"]),
      ("stop_gradient", ["[B] SPD(3)"], [:], ["[B] SPD(3)"]),
    ] as [(String, [String], [String: Attribute], [String])])
  func gives(op: String, inputs: [String], attributes: [String: Attribute], expected: [String]) throws {
    #expect(try TypeRules.results(op, inputs, attributes) == expected)
  }

  @Test(
    arguments: [
      ("broadcast", ["R[3]"], ["shape": Attribute.ints([4])], "[3] does not broadcast to [4]"),
      ("spread", ["R[3]", "R[4]"], [:], "spread takes a value that fits the other's shape"),
      (
        "reduce", ["R[2, 3, 4]"], ["kind": .name("sum"), "axes": .ints([0, 2])],
        "reduce takes neighbouring axes of [2, 3, 4], found [0, 2]"
      ),
      ("batch_sum", ["R[3]"], [:], "batch_sum takes a batched value"),
      (
        "reshape", ["R[2, 6]"], ["shape": .ints([5, -1])],
        "reshape to [5, -1] does not fit [2, 6], which has 12 elements"
      ),
      ("permute", ["R[2, 3]"], ["order": .ints([0, 0])], "permute takes each of the axes 0 to 1 once, found [0, 0]"),
      ("slice", ["R[5]"], ["axis": .int(0), "start": .int(3), "count": .int(3)], "slice is outside [5]"),
      (
        "concat", ["R[2, 3]", "R[2, 4]"], ["axis": .int(0)],
        "concat takes arrays that agree off axis 0, found [2, 3] and [2, 4]"
      ),
      ("concat", ["R[2]", "SPD(2)"], ["axis": .int(0)], "concat expects R[…], found SPD(2)"),
      ("diagonal", ["R[2, 3]"], [:], "diagonal takes square matrices, found [2, 3]"),
      ("matmul", ["R[2, 3]", "R[4, 2]"], [:], "matmul cannot multiply [2, 3] and [4, 2]"),
      ("matmul", ["R[2, 3, 4]", "R[3, 4, 2]"], [:], "matmul takes matching leading axes, found [[2], [3]]"),
      ("matmul", ["R[3]", "R[3, 2]"], [:], "matmul takes matrices, found [3]"),
      ("congruence", ["R[4, 2]", "R[3, 3]"], [:], "congruence cannot combine [4, 2] and [3, 3]"),
      ("eigh", ["R[3]"], [:], "eigh takes square matrices, found [3]"),
      ("qr", ["[B] R[3, 2]"], [:], "qr takes unbatched values"),
      ("solve", ["R[3, 3]", "R[4, 2]"], [:], "solve cannot combine [3, 3] and [4, 2]"),
      ("trsolve", ["R[3, 3]", "R[4, 2]"], [:], "trsolve cannot combine [3, 3] and [4, 2]"),
      ("as_type", ["R[3, 3]"], ["type": .type(GeoType(Space("Sym", [4])))], "as_type needs a type of the same storage"),
    ] as [(String, [String], [String: Attribute], String)])
  func refuses(op: String, inputs: [String], attributes: [String: Attribute], message: String) throws {
    #expect(try TypeRules.problem(op, inputs, attributes) == message)
  }

  @Test func spectralMapsKeepGeometry() throws {
    func type(_ input: String, _ f: [SpectralFunction.Primitive]) throws -> [String] {
      try TypeRules.results("spectral", [input], ["f": .spectral(SpectralFunction(f))])
    }
    #expect(try type("[B] SPD(3)", [.log]) == ["[B] Sym(3)"])
    #expect(try type("Sym(3)", [.exp]) == ["SPD(3)"])
    #expect(try type("Sym(3)[2]", [.max(0.1)]) == ["SPD(3, min=0.1)[2]"])
    #expect(try type("SPD(3)", [.pow(0.5)]) == ["SPD(3)"])
    #expect(try type("Sym(3)", [.abs]) == ["Sym(3)"])
    #expect(try type("R[3, 3]", [.abs]) == ["R[3, 3]"])
  }
}

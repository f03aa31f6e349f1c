import GeocIR
import Testing

@Suite struct SPDTypeTests {
  @Test(
    arguments: [
      ("covariance", ["[B] R[8, 200]"], ["eps": Attribute.real(1e-4)], "[B] SPD(8, min=0.0001)"),
      ("covariance", ["R[3, 8, 200]"], [:], "SPD(8)[3]"),
      ("augmented_covariance", ["[B] R[8, 200]"], ["order": .int(3), "lag": .int(4)], "[B] SPD(24)"),
      (
        "augmented_covariance", ["R[2, 8, 30]"], ["order": .int(2), "lag": .int(14), "eps": .real(0.1)],
        "SPD(16, min=0.1)[2]"
      ),
      ("trace_normalize", ["[B] SPD(8)[2]"], ["eps": .real(0)], "[B] SPD(8)[2]"),
      ("trace_normalize", ["SPD(8)"], ["eps": .real(0.5)], "SPD(8, min=0.5)"),
      ("bimap", ["[B] SPD(8)"], ["out": .int(6)], "[B] SPD(6)"),
      ("bimap", ["SPD(8, min=0.01)"], ["out": .int(6)], "SPD(6, min=0.01)"),
      ("bimap", ["[B] SPD(8)[3]"], ["out": .int(6), "channels": .int(2)], "[B] SPD(6)[2]"),
      ("bimap", ["[B] SPD(8)"], ["out": .int(8), "channels": .int(2)], "[B] SPD(8)[2]"),
      ("reeig", ["[B] Sym(4)"], ["eps": .real(0.1)], "[B] SPD(4, min=0.1)"),
      ("reeig", ["SPD(4, min=0.5)[2]"], ["eps": .real(0.1)], "SPD(4, min=0.5)[2]"),
      ("logeig", ["[B] SPD(6, min=0.1)[2]"], [:], "[B] Sym(6)[2]"), ("expeig", ["Sym(6)"], [:], "SPD(6)"),
      ("sqrteig", ["SPD(6)"], [:], "SPD(6)"), ("invsqrteig", ["SPD(6)"], [:], "SPD(6)"),
      ("power", ["SPD(6)[3]"], ["theta": .real(0.3)], "SPD(6)[3]"), ("abseig", ["[B] SPD(6)"], [:], "[B] Sym(6)"),
      ("vech", ["[B] Sym(6)[2]"], [:], "[B] R[2, 21]"), ("unvech", ["[B] R[2, 21]"], [:], "[B] Sym(6)[2]"),
      ("spd_distance", ["[B] SPD(4)[3]", "[B] SPD(4)[3]"], [:], "[B] R[3]"),
      ("spd_distance", ["[B] SPD(4)", "SPD(4)"], [:], "[B] R"),
      ("spd_expmap", ["SPD(4)", "[B] Sym(4)"], [:], "[B] SPD(4)"),
      ("spd_logmap", ["SPD(4)", "SPD(4)"], [:], "Tangent(SPD(4), at=base)"),
      ("spd_geodesic", ["[B] SPD(4)", "SPD(4)"], [:], "[B] SPD(4)"),
      ("spd_transport", ["SPD(4)", "SPD(4)", "[B] Sym(4)"], [:], "[B] Sym(4)"),
      ("frechet_mean", ["[B] SPD(4)[3]"], [:], "SPD(4)"),
    ] as [(String, [String], [String: Attribute], String)])
  func gives(op: String, inputs: [String], attributes: [String: Attribute], expected: String) throws {
    #expect(try TypeRules.results(op, inputs, attributes) == [expected])
  }

  @Test(
    arguments: [
      ("covariance", ["[B] R[8]"], [:], "covariance expects R[c, t], found R[8]"),
      ("covariance", ["SPD(8)"], [:], "covariance expects R[c, t], found SPD(8)"),
      (
        "augmented_covariance", ["[B] R[8, 200]"], ["order": .int(4), "lag": .int(50)],
        "augmented_covariance of order 4 and lag 50 leaves 0 of the 200 samples, it needs 2"
      ),
      ("augmented_covariance", ["[B] R[8]"], [:], "augmented_covariance expects R[c, t], found R[8]"),
      ("trace_normalize", ["Sym(8)"], [:], "trace_normalize expects SPD(n), found Sym(8)"),
      ("bimap", ["Sym(6)"], ["out": Attribute.int(4)], "bimap expects SPD(n), found Sym(6)"),
      ("bimap", ["SPD(6)"], ["out": .int(8)], "bimap needs out <= n, found 8 and 6"),
      ("bimap", ["SPD(6)[2, 3]"], ["out": .int(4)], "bimap expects SPD(n) or SPD(n)[channels], found SPD(6)[2, 3]"),
      ("reeig", ["R[4, 4]"], [:], "reeig expects Sym(n), found R[4, 4]"),
      ("logeig", ["Sym(6)"], [:], "logeig expects SPD(n), found Sym(6)"),
      ("expeig", ["R[6]"], [:], "expeig expects Sym(n), found R[6]"),
      ("sqrteig", ["Sym(6)"], [:], "sqrteig expects SPD(n), found Sym(6)"),
      ("invsqrteig", ["Sym(6)"], [:], "invsqrteig expects SPD(n), found Sym(6)"),
      ("power", ["Sym(6)"], ["theta": .real(2)], "power expects SPD(n), found Sym(6)"),
      ("abseig", ["R[6, 6]"], [:], "abseig expects Sym(n), found R[6, 6]"),
      ("vech", ["Stiefel(6, 6)"], [:], "vech expects Sym(n), found Stiefel(6, 6)"),
      ("unvech", ["R[20]"], [:], "unvech takes n(n+1)/2 numbers, found 20"),
      ("unvech", ["Sym(3)"], [:], "unvech expects R[m], found Sym(3)"),
      ("bwbn", ["[B] Sym(6)"], [:], "bwbn expects SPD(n), found Sym(6)"),
      ("bwbn", ["[B] SPD(6)"], ["theta": .real(0)], "bwbn needs theta ≠ 0"),
      ("airm_bn", ["[B] R[6, 6]"], [:], "airm_bn expects SPD(n), found R[6, 6]"),
      ("spd_distance", ["SPD(4)", "SPD(5)"], [:], "spd_distance expects SPD(4), found SPD(5)"),
      ("spd_distance", ["SPD(4)"], [:], "spd_distance takes 2 inputs, found 1"),
      (
        "spd_distance", ["SPD(4)[2]", "SPD(4)[3]"], [:],
        "spd_distance takes inputs with the same leading axes, found SPD(4)[2] and SPD(4)[3]"
      ),
      ("spd_expmap", ["Sym(4)", "Sym(4)"], [:], "spd_expmap expects SPD(n), found Sym(4)"),
      ("spd_logmap", ["SPD(4)", "Sym(4)"], [:], "spd_logmap expects SPD(4), found Sym(4)"),
      ("spd_geodesic", ["SPD(4)", "SPD(3)"], [:], "spd_geodesic expects SPD(4), found SPD(3)"),
      ("spd_transport", ["SPD(4)", "SPD(4)", "Sym(3)"], [:], "spd_transport expects Sym(4), found Sym(3)"),
      ("frechet_mean", ["[B] Sym(4)"], [:], "frechet_mean expects SPD(n), found Sym(4)"),
    ] as [(String, [String], [String: Attribute], String)])
  func refuses(op: String, inputs: [String], attributes: [String: Attribute], message: String) throws {
    #expect(try TypeRules.problem(op, inputs, attributes) == message)
  }

  @Test func bimapHasAFrameForEachPairOfChannels() throws {
    #expect(
      try TypeRules.weights("bimap", ["[B] SPD(8)"], ["out": .int(6)]) == ["weight weight: Stiefel(8, 6) = orthogonal"])
    #expect(
      try TypeRules.weights("bimap", ["[B] SPD(8)[3]"], ["out": .int(6), "channels": .int(2)])
        == ["weight weight: Stiefel(8, 6)[2, 3] = orthogonal"])
    #expect(
      try TypeRules.weights("bimap", ["[B] SPD(8)"], ["out": .int(6), "channels": .int(2)])
        == ["weight weight: Stiefel(8, 6)[2, 1] = orthogonal"])
  }

  @Test func batchNormsLearnWhatTheyAreTold() throws {
    let states = ["state running_mean: SPD(5) = identity", "state running_var: R = ones"]
    #expect(
      try TypeRules.weights("bwbn", ["[B] SPD(5)[2]"], ["metric": .name("learn")])
        == [
          "weight metric: SPD(5) = identity", "weight bias: SPD(5) = identity", "weight scale: R[1] = ones",
        ] + states)
    #expect(
      try TypeRules.weights("bwbn", ["[B] SPD(5)"], ["learn_bias": .bool(false), "learn_scale": .bool(false)]) == states
    )
    #expect(
      try TypeRules.weights("airm_bn", ["[B] SPD(5)"], ["variance": .bool(true)])
        == ["weight bias: SPD(5) = identity", "weight scale: R = ones"] + states)
    #expect(
      try TypeRules.weights("airm_bn", ["[B] SPD(5)"])
        == ["weight bias: SPD(5) = identity", "state running_mean: SPD(5) = identity"])
    #expect(try TypeRules.results("bwbn", ["[B] SPD(5)[2]"]) == ["[B] SPD(5)[2]", "[B] R", "[B] R", "SPD(5)", "R"])
    #expect(try TypeRules.results("airm_bn", ["[B] SPD(5, min=0.1)"]) == ["[B] SPD(5)", "SPD(5)"])
  }
}

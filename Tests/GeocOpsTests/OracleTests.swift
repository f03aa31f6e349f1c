import Testing

@Suite struct OracleTests {
  @Test(arguments: OracleCatalogue.all) func agrees(oracle: OracleCase) throws {
    let found = try oracle.differences()
    #expect(found == [])
  }

  @Test(arguments: OracleCatalogue.all) func agreesByDifferentiatingBodies(oracle: OracleCase) throws {
    let found = try oracle.differences(usesManualBackward: false)
    #expect(found == [])
  }

  @Test func agreesInSinglePrecision() throws {
    let found = try OracleCatalogue.single.differences(dtype: .f32)
    #expect(found == [])
  }

  @Test(arguments: [
    "spd/spdnet_10_steps", "spd/spdnet_airm_rbn_10_steps", "gbwbn/spdnet_bwbn_10_steps",
    "gbwbn/spdnet_gbwbn_theta0p5_10_steps",
  ]) func trains(file: String) throws {
    let found = try Trajectory(file).differences()
    #expect(found == [])
  }
}

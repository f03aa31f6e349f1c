import Testing

@Suite struct OracleTests {
  /// Every result and gradient that a file holds is compared by one of its cases, and agrees number by number.
  @Test(arguments: OracleCatalogue.files) func agrees(file: String) throws {
    var compared: Set<String> = []
    for oracle in OracleCatalogue.all where oracle.file == file {
      let comparison = try oracle.comparison()
      #expect(comparison.differences == [], "\(oracle)")
      compared.formUnion(comparison.compared)
    }
    let names = try Oracle(file).archive.names.filter { $0.hasPrefix("out.") || $0.hasPrefix("grad.") }
    #expect(!names.isEmpty)
    #expect(Set(names).subtracting(compared).subtracting(OracleCatalogue.inner).sorted() == [])
  }

  @Test(arguments: OracleCatalogue.all) func agreesByDifferentiatingBodies(oracle: OracleCase) throws {
    let found = try oracle.comparison(usesManualBackward: false)
    #expect(found.differences == [] && !found.compared.isEmpty)
  }

  @Test func agreesInSinglePrecision() throws {
    let found = try OracleCatalogue.single.comparison(dtype: .f32)
    #expect(found.differences == [] && found.compared == ["out.Y", "grad.X"])
  }

  @Test(arguments: OracleCatalogue.trainings) func trains(file: String) throws {
    let found = try Trajectory(file).differences()
    #expect(found == [])
  }

  /// No file is copied and not read: each has a case here, or belongs to the tests that run `geoc`, which list
  /// their folders themselves.
  @Test func everyFileIsRead() {
    let own = OracleCatalogue.files + OracleCatalogue.trainings + [OracleCatalogue.single.file]
    #expect(Set(own).count == own.count)
    let others = Oracle.files.filter { file in OracleCatalogue.elsewhere.contains { file.hasPrefix($0) } }
    #expect(own.count > 50 && others.count > 25)
    #expect((own + others).sorted() == Oracle.files)
  }
}

import GeocTensorFiles
import Testing

@Suite struct CSVTests {
  @Test func namedColumns() throws {
    let space = try Workspace()
    let path = try space.write("points.csv", "\u{FEFF}x,\"a, \"\"b\"\"\"\r\n1, 2.5\r\n-3e-2,nan\r\n\r\n")
    let archive = try TensorArchive.open(path)
    #expect(archive.names == ["points", "x", "a, \"b\""])
    #expect(try archive.soleName() == "points")
    #expect(try archive.tensor("points").shape == [2, 2])
    #expect(try archive.tensor("x") == Tensor([1, -0.03]))
    #expect(try archive.info("x") == TensorInfo(dtype: .f64, shape: [2]))
    #expect(try archive.tensor("a, \"b\"").doubles()[1].isNaN)
    #expect { try archive.tensor("y") } throws: { ($0 as? TensorFileError)?.kind == .missingArray }
  }

  @Test func numbersOnly() throws {
    let space = try Workspace()
    let archive = try TensorArchive.open(try space.write("m.csv", "1,2,3\n\"4\",5,6"))
    #expect(archive.names == ["m"])
    #expect(try archive.tensor("m") == Tensor([1.0, 2, 3, 4, 5, 6], shape: [2, 3]))
  }

  @Test func aColumnNamedLikeTheFile() throws {
    let space = try Workspace()
    let archive = try TensorArchive.open(try space.write("m.csv", "m,\"2\"\n1,2\n"))
    #expect(archive.names == ["m", "2"])
    #expect(try archive.tensor("m").shape == [1])
    #expect(try archive.tensor("2").doubles() == [2])
  }

  @Test func headerOnly() throws {
    let space = try Workspace()
    #expect(try TensorArchive.open(try space.write("m.csv", "a,b\n")).tensor("m").shape == [0, 2])
  }

  struct Case: Sendable {
    var text: String
    var kind: TensorFileError.Kind
    var line: Int?
  }

  @Test(arguments: [
    Case(text: "", kind: .badHeader, line: nil),
    Case(text: "\n\n", kind: .badHeader, line: nil),
    Case(text: "a,b\n1,2\n3\n", kind: .raggedRow, line: 3),
    Case(text: "1,2\n\n3,4\n", kind: .raggedRow, line: 2),
    Case(text: "a,\"b\nc\"\n1,2\n3,4,5\n", kind: .raggedRow, line: 4),
    Case(text: "a,b\r\n1,2\r\n3,x\r\n", kind: .nonNumericCell, line: 3),
    Case(text: "a,b\n1,\n", kind: .nonNumericCell, line: 2),
    Case(text: "a,b\n1,0x10\n", kind: .nonNumericCell, line: 2),
    Case(text: "a,b\n1,1_0\n", kind: .nonNumericCell, line: 2),
    Case(text: "1,x,3\n4,5,6\n", kind: .nonNumericCell, line: 1),
    Case(text: "a,a\n1,2\n", kind: .duplicateArray, line: 1),
    Case(text: "a,b\n1,\"2\n", kind: .badQuoting, line: 2),
    Case(text: "a,b\n1,2\"3\"\n", kind: .badQuoting, line: 2),
    Case(text: "a,b\n1,\"2\"3\n", kind: .badQuoting, line: 2),
  ])
  func oneErrorWithItsLine(expected: Case) throws {
    let space = try Workspace()
    let error = try #require(failure(try space.write("m.csv", expected.text)))
    #expect(error.kind == expected.kind)
    #expect(error.line == expected.line)
    #expect(error.file == space.path("m.csv"))
  }

  @Test func written() throws {
    let space = try Workspace()
    let columns: [(name: String, tensor: Tensor)] = [
      ("x", try Tensor([0.1, -.infinity, 1e-300])), ("n \"q\"", try Tensor([Int64(1), -2, 1 << 52])),
      ("12", try Tensor([Float(0.1), 2, 3])),
    ]
    try TensorArchive.write(space.path("t.csv"), columns)
    #expect(
      String(decoding: try space.bytes("t.csv"), as: UTF8.self)
        == "x,\"n \"\"q\"\"\",\"12\"\n0.1,1,0.1\n-inf,-2,2.0\n1e-300,4503599627370496,3.0\n")
    let back = try readAll(space.path("t.csv"))
    #expect(back["x"]?.doubles() == [0.1, -.infinity, 1e-300])
    #expect(try back["n \"q\""]?.int64s() == [1, -2, 1 << 52])
    #expect(back["12"]?.doubles() == [0.1, 2, 3])

    let matrix = try Tensor([1.5, 2, 3, 4, 5, 6], shape: [3, 2])
    try TensorArchive.write(space.path("m.csv"), [("m", matrix)])
    #expect(try readAll(space.path("m.csv")) == ["m": matrix])
  }

  @Test func whatDoesNotFit() throws {
    let space = try Workspace()
    let cube = try Tensor([1.0], shape: [1, 1, 1])
    #expect { try TensorArchive.write(space.path("t.csv"), [("c", cube)]) } throws: {
      ($0 as? TensorFileError)?.kind == .notRepresentable
    }
    let columns: [(name: String, tensor: Tensor)] = [("a", try Tensor([1.0])), ("b", try Tensor([1.0, 2]))]
    #expect { try TensorArchive.write(space.path("t.csv"), columns) } throws: {
      ($0 as? TensorFileError)?.array == "b"
    }
    #expect { try TensorArchive.write(space.path("t.csv"), []) } throws: {
      ($0 as? TensorFileError)?.kind == .notRepresentable
    }
    #expect(try space.files == [])
  }
}

import Testing

@testable import GeocTensorFiles

@Suite struct WritingTests {
  @Test(arguments: ["npz", "safetensors"])
  func everyTypeComesBack(format: String) throws {
    let space = try Workspace()
    let tensors = try tensorsOfEveryType()
    try TensorArchive.write(space.path("t.\(format)"), tensors)
    let expected = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.tensor) })
    #expect(try readAll(space.path("t.\(format)")) == expected)
    let archive = try TensorArchive.open(space.path("t.\(format)"))
    for (name, tensor) in tensors { #expect(try archive.info(name) == tensor.info) }
  }

  @Test func everyTypeComesBackFromNpy() throws {
    let space = try Workspace()
    for (name, tensor) in try tensorsOfEveryType() {
      try TensorArchive.write(space.path("\(name).npy"), [("any", tensor)])
      #expect(try readAll(space.path("\(name).npy")) == [name: tensor])
    }
  }

  @Test func npyIsLaidOutLikeNumpys() throws {
    let space = try Workspace()
    try NPYFile.write(Tensor([0, 0.25, 0.5, 0.75, 1, 1.25], shape: [2, 3]), to: space.path("t.npy"))
    #expect(try space.bytes("t.npy") == Workspace.contents(of: fixture("c_order.npy")))
    for rank in 0..<20 {
      let info = try TensorInfo(dtype: .u16, shape: [Int](repeating: 1, count: rank))
      #expect(try NPYHeader.encoded(info).count % 64 == 0)
    }
  }

  @Test func zip64ComesBack() throws {
    let space = try Workspace()
    let tensors = try tensorsOfEveryType()
    try NPZFile.write(tensors, to: space.path("t.npz"), zip64Threshold: 0)
    let expected = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.tensor) })
    #expect(try readAll(space.path("t.npz")) == expected)
  }

  @Test func namesOfManyKinds() throws {
    let space = try Workspace()
    let one = try Tensor([1.0])
    let names = ["layer.0/weight", "größe", "a b", "quote\"back\\slash", ".npy", "\u{1F600}\n"]
    for format in ["npz", "safetensors"] {
      try TensorArchive.write(space.path("t.\(format)"), names.map { ($0, one) })
      #expect(try Set(TensorArchive.open(space.path("t.\(format)")).names) == Set(names))
      #expect(try readAll(space.path("t.\(format)")).count == names.count)
    }
  }

  @Test func safetensorsBytesDependOnTheContentOnly() throws {
    let space = try Workspace()
    let tensors = try tensorsOfEveryType()
    let metadata = ["b": "2", "a": "\"1\"\n", "c": "/é"]
    try TensorArchive.write(space.path("a.safetensors"), tensors, metadata: metadata)
    try TensorArchive.write(space.path("b.safetensors"), tensors.reversed(), metadata: metadata)
    #expect(try space.bytes("a.safetensors") == space.bytes("b.safetensors"))
    #expect(try TensorArchive.open(space.path("a.safetensors")).metadata == metadata)
    let length: UInt64 = try #require(try space.bytes("a.safetensors").littleEndian(at: 0))
    #expect(length % 8 == 0)
  }

  @Test func safetensorsOfOneArray() throws {
    let space = try Workspace()
    try TensorArchive.write(space.path("t.safetensors"), [("b", try Tensor([UInt8(7)]))], metadata: ["k": "v"])
    let header = #"{"__metadata__":{"k":"v"},"b":{"data_offsets":[0,1],"dtype":"U8","shape":[1]}}"#
    let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    #expect(
      try space.bytes("t.safetensors") == [UInt8(padded.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(padded.utf8) + [7])
  }

  @Test func npzBytesDoNotDependOnTheClock() throws {
    let space = try Workspace()
    try NPZFile.write(tensorsOfEveryType(), to: space.path("t.npz"))
    // Time and date of the first local header.
    #expect(try Array(space.bytes("t.npz")[10..<14]) == [0, 0, 0x21, 0])
  }

  struct Refused: Sendable {
    var file: String
    var names: [String]
    var metadata: [String: String] = [:]
    var kind: TensorFileError.Kind
  }

  @Test(arguments: [
    Refused(file: "t.txt", names: ["a"], kind: .unknownFormat),
    Refused(file: "npz", names: ["a"], kind: .unknownFormat),
    Refused(file: "t.npy", names: ["a", "b"], kind: .notRepresentable),
    Refused(file: "t.npy", names: [], kind: .notRepresentable),
    Refused(file: "t.npz", names: ["a"], metadata: ["k": "v"], kind: .notRepresentable),
    Refused(file: "t.npz", names: ["a", "a"], kind: .duplicateArray),
    Refused(file: "t.safetensors", names: ["a", "a"], kind: .duplicateArray),
    Refused(file: "t.csv", names: ["a", "a"], kind: .duplicateArray),
    Refused(file: "t.npz", names: ["a\u{0}"], kind: .notRepresentable),
    Refused(file: "t.npz", names: [String(repeating: "n", count: 70_000)], kind: .notRepresentable),
    Refused(file: "t.safetensors", names: ["__metadata__"], kind: .notRepresentable),
    Refused(file: "absent/t.npz", names: ["a"], kind: .writeFailed),
  ])
  func refused(expected: Refused) throws {
    let space = try Workspace()
    let one = try Tensor([1.0])
    #expect {
      try TensorArchive.write(space.path(expected.file), expected.names.map { ($0, one) }, metadata: expected.metadata)
    } throws: {
      guard let error = $0 as? TensorFileError else { return false }
      return error.kind == expected.kind && error.file == space.path(expected.file)
    }
    #expect(try space.files == [])
  }

  @Test func npyHasNoBfloat16() throws {
    let space = try Workspace()
    let brain = try Tensor(info: TensorInfo(dtype: .bf16, shape: [1]), bytes: [0xC0, 0x3F])
    for format in ["npy", "npz"] {
      #expect { try TensorArchive.write(space.path("t.\(format)"), [("b", brain)]) } throws: {
        ($0 as? TensorFileError)?.kind == .notRepresentable
      }
    }
    try TensorArchive.write(space.path("t.safetensors"), [("b", brain)])
    #expect(try space.files == ["t.safetensors"])
    #expect(try readAll(space.path("t.safetensors")) == ["b": brain])
  }
}

import GeocTensorFiles
import Testing

@Suite struct ReadingTests {
  @Test func plainArray() throws {
    let archive = try TensorArchive.open(fixture("c_order.npy"))
    #expect(archive.names == ["c_order"])
    #expect(try archive.soleName() == "c_order")
    #expect(try archive.info("c_order") == TensorInfo(dtype: .f64, shape: [2, 3]))
    #expect(try archive.tensor("c_order").doubles() == [0, 0.25, 0.5, 0.75, 1, 1.25])
  }

  @Test func columnMajorIsTransposed() throws {
    let tensor = try TensorArchive.open(fixture("fortran.npy")).tensor("fortran")
    #expect(tensor.shape == [2, 3, 4])
    #expect(tensor.floats() == (0..<24).map(Float.init))
  }

  @Test func bigEndianIsSwapped() throws {
    let tensor = try TensorArchive.open(fixture("big_endian.npy")).tensor("big_endian")
    #expect(tensor.dtype == .i32)
    #expect(try tensor.int64s() == [1, -2, 3, 70000, 5, -2_147_483_648])
    let both = try TensorArchive.open(fixture("big_endian_fortran.npy")).tensor("big_endian_fortran")
    #expect(both.shape == [3, 2])
    #expect(both.doubles() == [0, 1, 2, 3, 4, 5])
  }

  @Test func smallShapesAndTypes() throws {
    let scalar = try TensorArchive.open(fixture("scalar.npy")).tensor("scalar")
    #expect(scalar.shape == [] && scalar.doubles() == [2.5])
    let empty = try TensorArchive.open(fixture("empty.npy")).tensor("empty")
    #expect(empty.shape == [0, 3] && empty.dtype == .i64 && empty.bytes.isEmpty)
    #expect(try TensorArchive.open(fixture("half.npy")).tensor("half").doubles() == [1, -0.5, 65504, 0x1p-24])
    #expect(try TensorArchive.open(fixture("bool.npy")).tensor("bool").int64s() == [1, 0, 1])
  }

  @Test(arguments: ["version2", "version3"])
  func laterVersions(name: String) throws {
    #expect(try TensorArchive.open(fixture("\(name).npy")).tensor(name).int64s() == [7, 8])
  }

  @Test(arguments: ["stored.npz", "deflated.npz"])
  func zippedArrays(name: String) throws {
    let archive = try TensorArchive.open(fixture(name))
    #expect(archive.names == ["x", "y", "z"])
    #expect(try archive.info("x") == TensorInfo(dtype: .f64, shape: [3, 4]))
    let x = try archive.tensor("x").doubles()
    #expect(x.first == -1 && x.last == 1 && x.count == 12)
    #expect(try archive.tensor("y").int64s() == [3, -1, 1 << 40])
    #expect(try archive.tensor("z").floats().allSatisfy { $0 == 0 || $0 == 2 })
  }

  @Test func deflatedContent() throws {
    let z = try TensorArchive.open(fixture("deflated.npz")).tensor("z")
    #expect(z.shape == [40, 50])
    #expect(z.floats().firstIndex(of: 2) == 3 * 50 + 4)
  }

  @Test(arguments: ["zip64.npz", "streamed.npz", "commented.npz"])
  func unusualZipFiles(name: String) throws {
    #expect(try readAll(fixture(name))["x"]?.doubles() == [0, 0.25, 0.5, 0.75, 1, 1.25])
  }

  @Test func anEmptyArchiveHasNoArrays() throws {
    let archive = try TensorArchive.open(fixture("no_arrays.npz"))
    #expect(archive.names.isEmpty)
    #expect(throws: TensorFileError.self) { try archive.soleName() }
  }

  @Test func anObjectArrayDoesNotHideTheOthers() throws {
    let archive = try TensorArchive.open(fixture("object.npz"))
    #expect(try archive.tensor("fine").shape == [3])
    #expect { try archive.info("broken") } throws: { ($0 as? TensorFileError)?.array == "broken" }
  }

  @Test func safetensorsOfTheLibrary() throws {
    let archive = try TensorArchive.open(fixture("library.safetensors"))
    #expect(archive.names == ["brain", "flag", "half", "n", "w"])
    #expect(archive.metadata == ["source": "a \"quoted\" name", "op": "x"])
    #expect(try archive.info("brain") == TensorInfo(dtype: .bf16, shape: [1, 2]))
    #expect(try archive.tensor("brain").doubles() == [1.5, -3.140625])
    #expect(try archive.tensor("half").doubles() == [1.5, -2])
    #expect(try archive.tensor("flag").int64s() == [1, 0])
    #expect(try archive.tensor("n").int64s() == [-5])
    #expect(try archive.tensor("w") == Tensor([0.0, 1, 2, 3, 4, 5], shape: [2, 3]))
  }

  @Test func anUnknownTypeDoesNotHideTheOthers() throws {
    let archive = try TensorArchive.open(fixture("float8.safetensors"))
    #expect(try archive.tensor("b").doubles() == [1, 2])
    #expect { try archive.tensor("a") } throws: {
      guard let error = $0 as? TensorFileError else { return false }
      return error.kind == .unsupportedDType && error.array == "a" && error.message.contains("F8_E4M3")
    }
  }

  @Test func missingArraysAreListed() throws {
    let archive = try TensorArchive.open(fixture("stored.npz"))
    #expect { try archive.tensor("w") } throws: {
      guard let error = $0 as? TensorFileError else { return false }
      return error.kind == .missingArray && error.array == "w" && error.help == "it holds 'x', 'y', 'z'"
    }
    #expect { try archive.soleName() } throws: { ($0 as? TensorFileError)?.kind == .missingArray }
  }

  @Test func contentDecidesWithoutAnExtension() throws {
    let space = try Workspace()
    for (name, format) in [
      ("stored.npz", TensorArchive.Format.npz), ("c_order.npy", .npy), ("library.safetensors", .safetensors),
    ] {
      let bytes = try Workspace.contents(of: fixture(name))
      try AtomicFile.write(to: space.path("plain"), bytes: bytes)
      #expect(try TensorArchive.open(space.path("plain")).format == format)
    }
    let unknown = try space.write("plain", "1,2,3\n")
    #expect(failure(unknown)?.kind == .unknownFormat)
  }
}

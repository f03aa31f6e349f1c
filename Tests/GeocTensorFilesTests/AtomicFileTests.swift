import Foundation
import GeocTensorFiles
import Testing

@Suite struct AtomicFileTests {
  @Test func replacesAndKeepsPermissions() throws {
    let space = try Workspace()
    let path = try space.write("f", "old content")
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    try AtomicFile.write(to: path, bytes: Array("new".utf8))
    #expect(try space.bytes("f") == Array("new".utf8))
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o640)
    #expect(try space.files == ["f"])
  }

  @Test func followsSymbolicLinks() throws {
    let space = try Workspace()
    let target = try space.write("target", "old")
    try FileManager.default.createSymbolicLink(atPath: space.path("link"), withDestinationPath: target)
    try AtomicFile.write(to: space.path("link"), bytes: [1])
    #expect(try space.bytes("target") == [1])
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: space.path("link")) == target)
  }

  @Test func aLongNameIsNoObstacle() throws {
    let space = try Workspace()
    let name = String(repeating: "n", count: 255)
    try AtomicFile.write(to: space.path(name), bytes: [1])
    #expect(try space.bytes(name) == [1])
  }

  @Test(arguments: ["/proc/geoc-test.npz", "/dev/null", "/absent/directory/f", "", "/tmp"])
  func impossibleTargets(path: String) {
    #expect { try AtomicFile.write(to: path, bytes: [1]) } throws: {
      guard let error = $0 as? TensorFileError else { return false }
      return error.kind == .writeFailed && error.file == path
    }
  }

  @Test(.enabled(if: geteuid() != 0, "the superuser may write anywhere"))
  func readOnlyDirectory() throws {
    let space = try Workspace()
    try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: space.directory.path)
    defer {
      try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: space.directory.path)
    }
    #expect { try AtomicFile.write(to: space.path("f"), bytes: [1]) } throws: {
      ($0 as? TensorFileError)?.message.contains("Permission denied") == true
    }
  }

  /// The disk fills up after some bytes: `/dev/full` gives the error a full disk gives.
  @Test func aFullDiskLeavesTheOldFile() throws {
    let space = try Workspace()
    let path = try space.write("f", "old content")
    let full = open("/dev/full", O_WRONLY)
    defer { close(full) }
    try #require(full >= 0)
    var accepted = 0
    #expect {
      try AtomicFile.write(to: path) { file, bytes, count in
        accepted += 1
        return accepted <= 2 ? write(file, bytes, min(count, 100)) : write(full, bytes, count)
      } body: { sink throws(TensorFileError) in
        try sink.write([UInt8](repeating: 1, count: 1000))
      }
    } throws: {
      guard let error = $0 as? TensorFileError else { return false }
      return error.kind == .writeFailed && error.message.contains("No space left") && error.file == path
    }
    #expect(accepted == 3)
    #expect(try space.bytes("f") == Array("old content".utf8))
    #expect(try space.files == ["f"])
  }

  @Test func shortAndInterruptedWritesGoOn() throws {
    let space = try Workspace()
    let content = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
    var calls = 0
    try AtomicFile.write(to: space.path("f")) { file, bytes, count in
      calls += 1
      if calls % 3 == 0 {
        errno = EINTR
        return -1
      }
      return write(file, bytes, min(count, 7))
    } body: { sink throws(TensorFileError) in
      try sink.write(content)
      try sink.write("end")
    }
    #expect(try space.bytes("f") == content + Array("end".utf8))
    #expect(calls > 1000 / 7)
  }

  @Test func aWriterThatTakesNothingIsAnError() throws {
    let space = try Workspace()
    #expect(throws: TensorFileError.self) {
      try AtomicFile.write(to: space.path("f"), systemWrite: { _, _, _ in 0 }) { sink throws(TensorFileError) in
        try sink.write([1])
      }
    }
    #expect(try space.files == [])
  }

  @Test func anErrorOfTheBodyLeavesNothing() throws {
    let space = try Workspace()
    let error = TensorFileError(.notRepresentable, "stop")
    #expect(throws: error) {
      try AtomicFile.write(to: space.path("f")) { sink throws(TensorFileError) in
        try sink.write([1, 2, 3])
        throw error
      }
    }
    #expect(try space.files == [])
  }
}

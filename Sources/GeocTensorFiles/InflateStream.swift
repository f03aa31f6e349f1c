import CZlib

/// Raw deflate data of a file, decompressed as it is read.
final class InflateStream: ByteStream {
  private static let inputCapacity = 1 << 16

  private let file: InputFile
  private var offset: Int
  private var compressedRemaining: Int
  private(set) var remaining: Int
  private let input: UnsafeMutableRawBufferPointer
  // zlib keeps the address of this structure, so it must not move.
  private let state: UnsafeMutablePointer<z_stream>
  private var hasEnded = false

  /// Decompresses `compressedCount` bytes at `offset` to exactly `count` bytes.
  init(_ file: InputFile, offset: Int, compressedCount: Int, count: Int) throws(TensorFileError) {
    self.file = file
    self.offset = offset
    self.compressedRemaining = compressedCount
    self.remaining = count
    self.input = .allocate(byteCount: Self.inputCapacity, alignment: 16)
    self.state = .allocate(capacity: 1)
    self.state.initialize(to: z_stream())
    let code = inflateInit2_(state, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else { throw TensorFileError(.unreadable, file: file.path, "zlib cannot start: code \(code)") }
  }

  deinit {
    inflateEnd(state)
    state.deinitialize(count: 1)
    state.deallocate()
    input.deallocate()
  }

  func read(_ count: Int) throws(TensorFileError) -> [UInt8] {
    guard count <= remaining else { throw tooShort(file.path, needed: count, remaining: remaining) }
    var failure: TensorFileError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      initialized = 0
      do throws(TensorFileError) {
        while initialized < count {
          let rest = UnsafeMutableBufferPointer(rebasing: buffer[initialized..<count])
          let produced = try decompress(into: rest)
          initialized += produced
          if produced == 0 && hasEnded {
            throw TensorFileError(
              .corruptData, file: file.path, "the compressed data is shorter than the zip directory declares")
          }
        }
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    remaining -= count
    return bytes
  }

  func finish() throws(TensorFileError) {
    let extra = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1)
    defer { extra.deallocate() }
    while !hasEnded {
      if try decompress(into: extra) > 0 {
        throw TensorFileError(
          .corruptData, file: file.path, "the compressed data is longer than the zip directory declares")
      }
    }
    guard compressedRemaining == 0, state.pointee.avail_in == 0 else {
      throw TensorFileError(.corruptData, file: file.path, "bytes follow the end of the compressed data")
    }
  }

  /// One step of decompression: refills the input when it is empty, and says how many bytes came out.
  private func decompress(into output: UnsafeMutableBufferPointer<UInt8>) throws(TensorFileError) -> Int {
    if hasEnded { return 0 }
    // With all input taken, zlib may still hold output back: only a step without progress means that data is missing.
    if state.pointee.avail_in == 0 && compressedRemaining > 0 {
      let count = min(compressedRemaining, Self.inputCapacity)
      try file.read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: input[..<count]))
      offset += count
      compressedRemaining -= count
      state.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: Bytef.self)
      state.pointee.avail_in = uInt(count)
    }
    let capacity = uInt(min(output.count, 1 << 30))
    state.pointee.next_out = output.baseAddress
    state.pointee.avail_out = capacity
    let code = inflate(state, Z_NO_FLUSH)
    switch code {
    case Z_OK: break
    case Z_BUF_ERROR where compressedRemaining > 0: break
    case Z_BUF_ERROR:
      throw TensorFileError(.corruptData, file: file.path, "the compressed data stops before its end mark")
    case Z_STREAM_END: hasEnded = true
    case Z_MEM_ERROR: throw TensorFileError(.unreadable, file: file.path, "zlib is out of memory")
    default: throw TensorFileError(.corruptData, file: file.path, "the compressed data is damaged")
    }
    return Int(capacity - state.pointee.avail_out)
  }
}

import Foundation

/// Memory of this process that is resident, in bytes, as the kernel of the operating system counts it.
package struct ResidentMemory: Hashable, Sendable {
  /// Resident now: private pages and pages of files that are mapped, program code among them.
  package let current: Int
  /// The most that was resident at any time.
  package let peak: Int

  /// What is resident now; nil where the system has no `/proc/self/status`.
  package static func now() -> ResidentMemory? {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return nil }
    func bytes(_ field: String) -> Int? {
      guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(field + ":") }) else { return nil }
      return line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
    }
    guard let current = bytes("VmRSS"), let peak = bytes("VmHWM") else { return nil }
    return ResidentMemory(current: current, peak: peak)
  }
}

import Foundation
import GeocIR
import GeocOps
import Testing

@Suite struct CatalogueTests {
  private static func sources() throws -> [URL] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources/GeocOps")
      .standardized
    let walk = try #require(FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil))
    return walk.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
  }

  /// Names of the types in the sources that conform to one of `protocols`.
  private static func declared(_ protocols: [String]) throws -> Set<String> {
    // A type may conform to others besides.
    let pattern = try Regex("enum (\\w+): (?:\(protocols.joined(separator: "|")))(?:, \\w+)* \\{")
    var names: Set<String> = []
    for file in try sources() {
      let text = try String(contentsOf: file, encoding: .utf8)
      for match in text.matches(of: pattern) { names.insert(String(match[1].substring ?? "")) }
    }
    return names
  }

  @Test func everyOpIsListed() throws {
    var protocols = ["Op", "CurvedLoss", "LinearInWeights"]
    for file in try Self.sources() {
      let text = try String(contentsOf: file, encoding: .utf8)
      protocols += text.matches(of: try Regex("protocol (\\w+): Op \\{")).map { String($0[1].substring ?? "") }
    }
    #expect(Set(Catalogue.registry.ordered.map { "\($0)" }) == (try Self.declared(protocols)))
    #expect(Set(Catalogue.registry.ordered.map { $0.name }).count == Catalogue.registry.ordered.count)
  }

  @Test func everyOptimizerAndInitializerIsListed() throws {
    #expect(
      Set(Catalogue.registry.optimizers.values.map { "\($0)" }) == (try Self.declared(["OptimizerRule", "SearchRule"])))
    #expect(Set(Catalogue.registry.initializers.values.map { "\($0)" }) == (try Self.declared(["Initializer"])))
    #expect(Set(Catalogue.spaces.map { "\($0)" }) == (try Self.declared(["SpaceDeclaration", "ObservedSpace"])))
  }

  @Test(arguments: Catalogue.registry.ordered.map { $0.name })
  func signatureAndPageAreComplete(name: String) throws {
    let op = try #require(Catalogue.registry[name])
    let signature = op.signature
    #expect(signature.mistake == nil, "\(String(describing: signature.mistake))")
    #expect(!op.doc.summary.isEmpty)
    guard op.isPublic else { return }
    #expect(op.doc.summary.hasSuffix("."))
    #expect(!op.doc.example.isEmpty)
    for parameter in signature.parameters {
      #expect(!(op.doc.parameters[parameter.name] ?? "").isEmpty, "parameter '\(parameter.name)' is not explained")
    }
    for key in op.doc.parameters.keys {
      #expect(signature.parameters.contains { $0.name == key }, "there is no parameter '\(key)'")
    }
    for operand in signature.operands where operand.role == .weight || operand.role == .state {
      let name = String(operand.initial.prefix { $0 != "(" })
      #expect(Catalogue.registry.initializers[name] != nil, "unknown initialiser '\(operand.initial)'")
    }
  }
}

import Foundation
import GeocIR
import Testing

@testable import GeocSpec

/// The JSON Schema.
struct SchemaTests {
  @Test func isJSONWithEveryParameter() throws {
    let text = SchemaWriter.schema(Fixture.registry)
    let json = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let definitions = try #require(json["$defs"] as? [String: Any])
    for op in Fixture.registry.ordered where op.isPublic {
      let definition = try #require(definitions["op.\(op.name)"] as? [String: Any])
      let properties = try #require(definition["properties"] as? [String: Any])
      for parameter in op.signature.parameters { #expect(properties[parameter.name] != nil) }
      let required = definition["required"] as? [String] ?? []
      #expect(required == op.signature.parameters.filter { $0.defaultValue == nil && !$0.isOptional }.map(\.name))
    }
    #expect(definitions["op.map"] == nil)
    #expect(references(json).allSatisfy { definitions[$0] != nil })
  }

  /// All `$ref`s below a value.
  private func references(_ value: Any) -> [String] {
    if let list = value as? [Any] { return list.flatMap(references) }
    guard let object = value as? [String: Any] else { return [] }
    return object.flatMap { key, value in
      key == "$ref" ? [(value as? String ?? "").replacingOccurrences(of: "#/$defs/", with: "")] : references(value)
    }
  }
}

import Foundation
import Testing

@testable import geoc

/// The text form of ONNX.
@Suite struct ONNXTests {
  /// What stands in a text, read by the grammar that Netron and `onnx.parser` share.
  struct Document {
    var inputs: [String: String] = [:]
    var outputs: [String: String] = [:]
    var infos: [String: String] = [:]
    var nodes: [(results: [String], op: String, attributes: String, inputs: [String])] = []

    init(_ text: String) throws {
      let head = try #require(
        text.firstMatch(
          of:
            /\A<\n(?:  [a-z_]+: (?:\d+|"[^"]*"|\[[^\]]*\]),?\n)+>\n[A-Za-z]\w* \(([^)]*)\)\n  => \(([^)]*)\)\n  <([^>]*)>\n\{\n((?:.*\n)*)\}\n\z/
        ))
      func values(_ list: Substring) throws -> [String: String] {
        var table: [String: String] = [:]
        // Commas stand between sizes too: a value ends with its name.
        for value in list.matches(of: /(?:float|double|int64)(?:\[[\w, ]+\])? [A-Za-z]\w*/) {
          let parts = value.0.split(separator: " ")
          let name = try #require(parts.last.map(String.init))
          #expect(table.updateValue(String(value.0.dropLast(name.count + 1)), forKey: name) == nil)
        }
        return table
      }
      (inputs, outputs, infos) = (try values(head.1), try values(head.2), try values(head.3))
      for line in head.4.split(separator: "\n") {
        let node = try #require(
          line.firstMatch(
            of: /^  ([A-Za-z]\w*(?:, [A-Za-z]\w*)*) = ((?:geoc\.)?[A-Za-z]\w*)(?: <(.*)>)? \(([\w, ]*)\)$/),
          "\(line)")
        func list(_ text: Substring) -> [String] {
          text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        nodes.append((list(node.1), String(node.2), String(node.3 ?? ""), list(node.4)))
        let plain = (node.3 ?? "").replacing(/"[^"]*"/, with: "#")
        if !plain.isEmpty {
          #expect(
            plain.wholeMatch(of: /\w+ = (?:#|[-\d.e+]+|\[[-\d.e+#, ]+\])(?:, \w+ = (?:#|[-\d.e+]+|\[[-\d.e+#, ]+\]))*/)
              != nil,
            "\(plain)")
        }
      }
    }
  }

  @Test(arguments: Repository.examples, GraphStage.allCases)
  func everyValueIsMadeOnceAndTyped(_ path: String, _ stage: GraphStage) throws {
    let run = Run("graph", path, "--format", "onnx", "--stage", stage.rawValue)
    #expect(run.status == .success)
    let document = try Document(run.output)
    var known = Set(document.inputs.keys)
    #expect(!document.outputs.isEmpty)
    for node in document.nodes {
      for input in node.inputs { #expect(known.contains(input), "\(input)") }
      for result in node.results {
        #expect(known.insert(result).inserted, "\(result)")
        #expect(document.infos[result] != nil || document.outputs[result] != nil, "\(result)")
      }
    }
    for output in document.outputs.keys { #expect(known.contains(output)) }
  }

  @Test func geometryIsADomainOfItsOwn() throws {
    let document = try Document(Run("graph", CompileTests.demo, "--format", "onnx").output)
    #expect(document.inputs["series"] == "double[B, 8, 200]" && document.inputs["gesture"] == "int64[B]")
    #expect(document.inputs["bimap_1_weight"] == "double[8, 6]" && document.infos["bimap_1"] == "double[B, 6, 6]")
    let bimap = try #require(document.nodes.first { $0.results == ["bimap_1"] })
    #expect(bimap.op == "geoc.bimap" && bimap.inputs == ["covariance_1", "bimap_1_weight"])
    #expect(bimap.attributes.contains("types = [\"SPD(6)\"]") && bimap.attributes.contains("out = 6"))
    let linear = try #require(document.nodes.first { $0.results == ["logits"] })
    #expect(linear.op == "Gemm" && linear.attributes == "transB = 1")
    #expect(document.outputs["logits"] == "double[B, 5]")
  }
}

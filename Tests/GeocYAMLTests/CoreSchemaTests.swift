import GeocDiagnostics
import GeocYAML
import Testing

@Suite struct CoreSchemaTests {
  @Test(arguments: [
    ("", YAMLScalar.null), ("~", .null), ("null", .null), ("NULL", .null), ("nUll", .string("nUll")),
    ("true", .bool(true)), ("False", .bool(false)), ("yes", .string("yes")), ("no", .string("no")),
    ("on", .string("on")), ("off", .string("off")), ("y", .string("y")), ("tRue", .string("tRue")),
    ("0", .int(0)), ("-7", .int(-7)), ("+3", .int(3)), ("007", .int(7)), ("0o17", .int(15)), ("0x1F", .int(31)),
    ("0xfF", .int(255)), ("0o8", .string("0o8")), ("0x", .string("0x")), ("-0x1", .string("-0x1")),
    ("0b1", .string("0b1")), ("1_000", .string("1_000")), ("12:30", .string("12:30")),
    ("9223372036854775807", .int(.max)), ("9223372036854775808", .float(9_223_372_036_854_775_808)),
    ("0xFFFFFFFFFFFFFFFF", .float(18_446_744_073_709_551_616)),
    ("1.0e-4", .float(1e-4)), ("1e-4", .float(1e-4)), ("1E+3", .float(1000)), (".5", .float(0.5)), ("1.", .float(1)),
    ("-.5e1", .float(-5)), ("+1.5", .float(1.5)), (".", .string(".")), ("e5", .string("e5")), ("1e", .string("1e")),
    ("1e+", .string("1e+")), ("1.2.3", .string("1.2.3")), ("-", .string("-")), ("+", .string("+")),
    (".inf", .float(.infinity)), ("-.Inf", .float(-.infinity)), ("+.INF", .float(.infinity)), ("inf", .string("inf")),
    ("infinity", .string("infinity")), ("nan", .string("nan")), ("0x1p3", .string("0x1p3")),
    ("R[8, 200]", .string("R[8, 200]")), ("2026-01-01", .string("2026-01-01")), ("١", .string("١")),
  ])
  func plain(text: String, expected: YAMLScalar) {
    #expect(YAMLScalar(plain: text) == expected)
  }

  @Test func notANumber() {
    for text in [".nan", ".NaN", ".NAN"] {
      guard case .float(let value) = YAMLScalar(plain: text) else {
        Issue.record("\(text) is no float")
        continue
      }
      #expect(value.isNaN)
    }
  }

  @Test func quotedIsText() throws {
    let root = try YAMLParser.parse(SourceFile(name: "t", text: "a: '1'\nb: \"true\"\nc: 1\nd: [x]\ne: {}"))
    #expect(root["a"]?.resolved == .string("1") && root["b"]?.resolved == .string("true"))
    #expect(root["c"]?.resolved == .int(1) && root["d"]?.resolved == nil)
    #expect(root.entries?.map(\.value.kindName) == ["text", "text", "an integer", "a list", "a mapping"])
  }
}

@Suite struct YAMLOverrideTests {
  private let root: YAMLNode

  init() throws {
    root = try YAMLParser.parse(SourceFile(name: "t", text: "model: m\ntrain: { epochs: 3, lr: }\ngraph: [a, b]\n"))
  }

  @Test func replacesAndAdds() throws {
    #expect(try root.setting(path: "train.epochs", to: "5")["train"]?["epochs"]?.resolved == .int(5))
    #expect(try root.setting(path: "graph.1", to: "c")["graph"]?[1]?.text == "c")
    #expect(try root.setting(path: "train.lr.base", to: "1e-2")["train"]?["lr"]?["base"]?.resolved == .float(0.01))
    let tree = try root.setting(path: "train.optimizer", to: "{ radam: { lr: 0.1 } }")
    #expect(tree["train"]?["optimizer"]?["radam"]?["lr"]?.resolved == .float(0.1))
    #expect(tree["train"]?["epochs"]?.resolved == .int(3))
    #expect(try root.setting(path: "data.split.seed", to: "")["data"]?["split"]?["seed"]?.isNull == true)
    #expect(root["train"]?["epochs"]?.resolved == .int(3))
  }

  @Test func spansPointAtTheOption() throws {
    let value = try #require(try root.setting(path: "train.epochs", to: "é: 5")["train"]?["epochs"]?["é"])
    #expect(value.span.description == "--set train.epochs=é: 5:1:17")
    let key = try #require(try root.setting(path: "train.batch", to: "5")["train"]?.entry("batch")?.key)
    #expect(key.span.text == "batch" && key.span.description == "--set train.batch=5:1:7")
  }

  @Test(arguments: [
    ("train..x", "1", DiagnosticCode.file.badOverride), ("", "1", .file.badOverride),
    ("model.x", "1", .file.badOverride), ("graph.2", "1", .file.badOverride), ("graph.x", "1", .file.badOverride),
    ("train.epochs", "[1", .file.syntax), ("train.epochs", "!!int 1", .file.tag),
    ("train.epochs", "{a: 1, a: 2}", .file.duplicateKey), ("train.epochs", "# nothing", .file.emptyDocument),
  ])
  func refuses(path: String, value: String, code: DiagnosticCode) {
    let error = #expect(throws: GeocError.self) { try root.setting(path: path, to: value) }
    #expect(error?.diagnostics.map(\.code) == [code])
    #expect(error?.diagnostics.first?.span.file?.name == "--set \(path)=\(value)")
  }
}

import ArgumentParser
import GeocDiagnostics
import GeocIR
import GeocOps

/// `geoc ops`: the catalogue, or the page of one op.
struct OpsCommand: GeocCommand {
  static let configuration = CommandConfiguration(
    commandName: "ops", abstract: "List the ops and optimizers, or show the page of one.")

  @OptionGroup var common: CommonOptions
  @Argument(
    help: "An op or an optimizer.",
    completion: .ops)
  var name: String?
  @Flag(help: "Print JSON.")
  var json = false
  @Flag(help: "Also list the ops that specs cannot use.")
  var all = false
  @Flag(help: "Print the reference page docs/ops.md.")
  var markdown = false

  func validate() throws {
    if name != nil && markdown { throw ValidationError("'--markdown' prints the whole catalogue; leave the name out") }
  }

  func execute(_ console: Console) throws -> CommandStatus {
    let pages = OpPage.all(Catalogue.registry, includesInternal: all || name != nil)
    if markdown {
      console.print(OpsDocument.text(pages))
    } else if let name {
      guard let page = pages.first(where: { $0.name == name }) else {
        let hint = suggestion(for: name, among: pages.filter(\.isPublic).map(\.name))
        throw ValidationError("there is no op '\(name)'\(hint.map { "; did you mean '\($0)'?" } ?? "")")
      }
      console.print(json ? try JSONText.text(page) : page.text(console.printDecorator))
    } else {
      console.print(json ? try JSONText.text(pages) : OpPage.list(pages, console.printDecorator))
    }
    return .success
  }
}

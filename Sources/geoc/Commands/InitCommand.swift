import ArgumentParser
import Foundation
import GeocDiagnostics

/// `geoc init`: a folder to start from.
struct InitCommand: GeocCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Make a folder with a starter spec, its data and CI workflows.",
    discussion: """
      The spec trains as it is. Beside it stand the schema that editors complete with, workflows for GitHub Actions and \
      GitLab, a pre-commit configuration and a .geocignore. Nothing that exists is touched.
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The new folder; its last part names the model: a-z, 0-9, '-' and '_'.", completion: .directory)
  var name: String

  private var model: String { (name as NSString).lastPathComponent }

  func validate() throws {
    let isName = model.wholeMatch(of: /[a-z0-9_-]+/) != nil && model.first != "-"
    guard isName else { throw ValidationError("'\(model)' is no name of a model: use a-z, 0-9, '-' and '_'") }
  }

  func execute(_ console: Console) throws -> CommandStatus {
    let starter = Starter(name: model)
    if (try? FileManager.default.attributesOfItem(atPath: name)) != nil {
      throw GeocError(
        Diagnostic(
          .data.writeFailed, "'\(name)' exists already", help: ["choose another name; nothing was written"], item: name)
      )
    }
    let parent = (name as NSString).deletingLastPathComponent
    var isFolder: ObjCBool = false
    guard
      parent.isEmpty || (FileManager.default.fileExists(atPath: parent, isDirectory: &isFolder) && isFolder.boolValue)
    else { throw GeocError(Diagnostic(.data.writeFailed, "there is no folder '\(parent)'", item: name)) }
    do {
      try starter.write(to: name)
    } catch {
      throw GeocError(
        Diagnostic(.data.writeFailed, "cannot write '\(name)': \(error.localizedDescription)", item: name))
    }
    console.print(
      """
      wrote \(name): \(starter.files.map(\.path).sorted().joined(separator: ", "))

      next:
        cd \(name)
        geoc check .
        geoc run \(model).yaml
      """)
    return .success
  }
}

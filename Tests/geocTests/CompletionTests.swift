import Foundation
import GeocDiagnostics
import GeocOps
import GeocPasses
import Testing

@testable import geoc

/// Completion scripts, and manual pages: both are made from the declarations of the commands.
@Suite struct CompletionTests {
  @Test(arguments: ["bash", "zsh", "fish"])
  func scripts(_ shell: String) throws {
    let run = Run("--generate-completion-script", shell)
    #expect(run.status == .success && run.errors.isEmpty)
    for command in Geoc.configuration.subcommands where command.configuration.shouldDisplay {
      #expect(run.output.contains(command.configuration.commandName ?? "?"))
    }
    guard shell == "bash" else { return }
    let work = try RunWorkspace.empty()
    defer { work.remove() }
    try work.write("geoc.bash", text: run.output)
    // Bash sources it and completes a command line with it.
    let script = """
      export PATH="${1%/*}:$PATH"
      exec bash -c '
        . ./geoc.bash || exit 1
        COMP_WORDS=(geoc ops bim) COMP_CWORD=2 COMP_LINE="geoc ops bim" COMP_POINT=12
        "$(complete -p geoc | sed "s/.*-F \\([^ ]*\\) .*/\\1/")" geoc bim ops
        printf "%s\\n" "${COMPREPLY[@]}"'
      """
    let completed = try work.run([], script: script)
    #expect(completed.output.split(separator: "\n").contains("bimap"), "\(completed.output) \(completed.errors)")
  }

  /// What the program answers to the scripts.
  @Test(arguments: [
    (["ops", "--", "positional@0"], ["bimap", "radam", "linear"], ["spectral_rebuild"]),
    (["explain", "--", "positional@0"], ["E0204", "type-mismatch", "W0001"], []),
    (["check", "--", "--deny"], ["W0001", "unused-node"], ["E0204"]),
    (["compile", "--", "--disable"], ["share", "fuse-maps"], ["expand"]),
    (["compile", "--", "--emit"], ["spec", "ir-after=share", "ir-after=expand"], ["ir-after=PASS"]),
  ])
  func namesComeFromTheCatalogue(_ arguments: [String], _ offered: [String], _ left: [String]) {
    let run = Run(["---completion"] + arguments + ["0", "0", "geoc"])
    let words = run.output.split(whereSeparator: \.isNewline).map(String.init)
    for word in offered { #expect(words.contains(word), "\(arguments): \(run.output.prefix(300)) \(run.errors)") }
    for word in left { #expect(!words.contains(word), "\(arguments)") }
  }

  /// Commands as ArgumentParser describes them to its tools.
  private struct Help: Decodable {
    struct Command: Decodable {
      struct Argument: Decodable {
        struct Name: Decodable {
          var kind: String
          var name: String
        }
        var shouldDisplay: Bool
        var names: [Name]?
        var valueName: String?
      }
      var commandName: String
      var shouldDisplay: Bool
      var arguments: [Argument]?
      var subcommands: [Command]?
    }
    var command: Command
  }

  /// `make man` writes the pages; one that lacks an option is out of date.
  @Test func manualPagesKnowEveryOption() throws {
    let help = try JSONDecoder().decode(Help.self, from: Data(Geoc._dumpHelp().utf8))
    for command in try #require(help.command.subcommands) where command.shouldDisplay && command.commandName != "help" {
      let page = try Repository.text("docs/man/geoc.\(command.commandName).1")
      for argument in command.arguments ?? [] where argument.shouldDisplay {
        for name in argument.names ?? [] where name.kind == "long" {
          #expect(
            page.contains("Fl -\(name.name)"), "docs/man lacks --\(name.name) of \(command.commandName); make man")
        }
      }
    }
  }
}

// The executable: one file per subcommand in `Commands`, graph renderers in `Graph`, pages of ops, passes and codes in
// `Pages`, what several commands need to compile a spec in `Compiling`, streams and exit codes in `Console`.
// Nothing here computes on tensors or rewrites IR.
import Foundation
import GeocIR

/// Entry point of the process.
@main
enum Main {
  static func main() {
    // A reader that goes away (`geoc ops | head`) ends the output, not the process.
    signal(SIGPIPE, SIG_IGN)
    // A file beyond the size limit of the process is an error of the write, as a full disk is.
    signal(SIGXFSZ, SIG_IGN)
    // A stream that the caller closed stays shut; else the first file that is opened would take its number.
    for stream in STDIN_FILENO...STDERR_FILENO where fcntl(stream, F_GETFD) < 0 { _ = open("/dev/null", O_RDONLY) }
    let console = Console()
    let status = Geoc.run(Array(CommandLine.arguments.dropFirst()), console)
    exit(console.finish(status).rawValue)
  }
}

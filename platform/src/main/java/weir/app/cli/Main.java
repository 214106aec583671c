package weir.app.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.OptionSpec;
import weir.app.CommandException;

/// The program. Reads the command line and runs the command.
@Command(
    name = "weir",
    mixinStandardHelpOptions = true,
    version = "weir 0.1.0",
    description = "An IoT event platform in one process.",
    footer = {"", "  weir test     runs the tests", "  weir bench    measures this machine"})
public final class Main {

  private Main() {}

  public static void main(String[] arguments) {
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    System.exit(commandLine(out).execute(arguments));
  }

  public static CommandLine commandLine(PrintWriter out) {
    CommandLine commands =
        new CommandLine(new Main())
            .addSubcommand(new RunCommand(out))
            .addSubcommand(new DemoCommand(out))
            .addSubcommand(
                new CommandLine(new SimulateCommand(out)).addSubcommand(new AnomaliesCommand(out)))
            .addSubcommand(new DevicesCommand(out))
            .addSubcommand(new AuditCommand(out))
            .addSubcommand(new StatusCommand(out))
            .addSubcommand(
                new DoctorCommand(out, InstantSource.system(), ClockSynchronization::ofMachine))
            .addSubcommand(new TopicsCommand(out))
            .addSubcommand(new GetCommand(out))
            .addSubcommand(new BackupCommand(out))
            .addSubcommand(new RestoreCommand(out))
            .addSubcommand(new DeadLetterCommand(out))
            .addSubcommand(new ReplayCommand(out))
            .addSubcommand(new TrainCommand())
            .setOut(out)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setExecutionExceptionHandler(Main::explain);
    addHelp(commands);
    return commands;
  }

  private static void addHelp(CommandLine command) {
    for (CommandLine each : command.getSubcommands().values()) {
      each.getCommandSpec()
          .addOption(
              OptionSpec.builder("-h", "--help")
                  .usageHelp(true)
                  .description("Show this help message and exit.")
                  .build());
      addHelp(each);
    }
  }

  /// A failure that the user can act on is one line; anything else keeps its stack trace.
  private static int explain(Exception failure, CommandLine command, CommandLine.ParseResult line)
      throws Exception {
    if (failure instanceof CommandException) {
      command.getErr().println("weir: " + failure.getMessage());
      return CommandLine.ExitCode.SOFTWARE;
    }
    throw failure;
  }
}

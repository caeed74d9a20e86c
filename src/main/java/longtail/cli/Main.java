package longtail.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.spark.job.TerminalStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Entry point of every job: {@code Main <command> [options]}.
 *
 * <p>Exit codes: 0 success, 2 usage or configuration, 3 data, 4 training, 5 diverged, 1 a defect of
 * the program.
 */
@Command(
    name = "longtail",
    description = "Distributed training for long-tailed image recognition.",
    subcommands = {
      SynthCommand.class,
      InspectCommand.class,
      PrepareCommand.class,
      TrainCommand.class,
      WatchCommand.class,
      EvaluateCommand.class,
      PredictCommand.class,
      CamCommand.class,
      QuickstartCommand.class,
      SweepCommand.class,
      ReportCommand.class,
      ImportCommand.class,
      ExportCommand.class,
      BenchmarkCommand.class
    },
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = Version.class,
    sortOptions = false,
    usageHelpAutoWidth = true)
public final class Main {
  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      description = "Of an error, print the stack trace as well.")
  boolean verbose;

  /** How wide the terminal is; set by the launchers where standard output is one. */
  private static final String COLUMNS = "LONGTAIL_COLUMNS";

  private static final String SPARK =
      """

      Options of Spark go before two dashes of their own:
        jobs/%s --master yarn --conf spark.executor.instances=8 -- ...
      Memory in one process: the Java heap takes a quarter of the machine's,
      or --driver-memory 8g before the dashes; native memory at most half.
      On a cluster: spark.executor.memory is the heap of an executor; networks
      and images are native memory, LONGTAIL_EXECUTOR_OFFHEAP of it at most,
      which spark.executor.memoryOverhead must hold.""";

  private Main() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    Interruption interruption = Interruption.watch(arguments, System.err);
    int code = run(arguments, console(), System.err);
    interruption.unwatch();
    if (code != 0) {
      // the command has stopped its Spark context by now
      System.exit(code);
    }
  }

  /** Standard output, on which progress is rewritten in place where it is a terminal. */
  private static PrintStream console() {
    String columns = System.getenv(COLUMNS);
    boolean width = columns != null && columns.matches("[1-9][0-9]{0,3}");
    return width ? TerminalStream.of(System.out, Integer.parseInt(columns)) : System.out;
  }

  /** Says of every command that runs on Spark where Spark's options go. */
  private static void explainSpark(CommandLine commands) {
    for (CommandLine command : commands.getSubcommands().values()) {
      if (command.getCommandSpec().findOption("--master") != null) {
        command.getCommandSpec().usageMessage().footer(SPARK.formatted(command.getCommandName()));
      }
    }
  }

  /**
   * Runs one command in this process.
   *
   * @return the exit code
   */
  public static int run(String[] arguments, PrintStream out, PrintStream err) {
    Main main = new Main();
    CommandLine commands =
        new CommandLine(main, new Commands(out))
            .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
            .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setParameterExceptionHandler(Main::explainUsage)
            .setExecutionExceptionHandler((e, command, parsed) -> main.explain(e, err));
    explainSpark(commands);
    if (arguments.length == 0) {
      commands.usage(err);
      return ErrorCode.USAGE.exitCode();
    }
    LogFilter filter = LogFilter.install(() -> !main.verbose);
    try {
      return commands.execute(arguments);
    } catch (Error e) {
      // such as Hadoop's error of a disk, or a lack of memory
      return main.explain(e, err);
    } finally {
      filter.uninstall();
    }
  }

  private static int explainUsage(ParameterException e, String[] arguments) {
    PrintWriter err = e.getCommandLine().getErr();
    err.println("error: " + e.getMessage());
    UnmatchedArgumentException.printSuggestions(e, err);
    err.println("Try '" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
    return ErrorCode.USAGE.exitCode();
  }

  /** One line; what led to it only where that is asked for. */
  private int explain(Throwable e, PrintStream err) {
    Optional<LongTailException> known = Failures.known(e).or(() -> Failures.storage(e));
    if (Interruption.happened()) {
      return known.map(LongTailException::code).orElse(ErrorCode.TRAINING).exitCode();
    }
    err.println(
        "error: "
            + known
                .map(LongTailException::getMessage)
                .orElseGet(
                    () ->
                        "the program failed in a way it should not: "
                            + Failures.firstLine(e)
                            + "; run the command again with -v and report what it prints"));
    if (verbose) {
      e.printStackTrace(err);
    }
    return known.map(failure -> failure.code().exitCode()).orElse(CommandLine.ExitCode.SOFTWARE);
  }
}

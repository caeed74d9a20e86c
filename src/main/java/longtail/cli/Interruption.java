package longtail.cli;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.util.ShutdownHookManager;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.config.Configurator;

/**
 * Says how to go on when the process is told to end (Ctrl-C, {@code kill}) while a command runs, in
 * place of what Spark reports about the jobs that end with it.
 */
final class Interruption {
  /** Before the hook that stops Spark. */
  private static final int PRIORITY = 1000;

  private final Runnable hook;

  private Interruption(Runnable hook) {
    this.hook = hook;
  }

  /** Watches over the command {@code arguments} until {@link #unwatch}. */
  static Interruption watch(String[] arguments, PrintStream err) {
    String message = message(arguments.length == 0 ? "" : arguments[0]);
    Runnable hook =
        () -> {
          err.println(message);
          err.flush();
          Configurator.setAllLevels(LogManager.ROOT_LOGGER_NAME, Level.OFF);
          System.setErr(
              new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
        };
    ShutdownHookManager.get().addShutdownHook(hook, PRIORITY);
    return new Interruption(hook);
  }

  /** Whether the process is ending: what fails now fails because of that. */
  static boolean happened() {
    return ShutdownHookManager.get().isShutdownInProgress();
  }

  private static String message(String command) {
    return switch (command) {
      case "train" ->
          "interrupted: the checkpoints so far stay, the same command with --resume goes on from the last one";
      case "prepare", "predict", "cam", "quickstart", "sweep" ->
          "interrupted: the same command goes on where it stopped";
      case "watch" -> "the page is no longer served";
      default -> "interrupted";
    };
  }

  /** The command is over; what ends the process now is no interruption. */
  void unwatch() {
    if (!happened()) {
      ShutdownHookManager.get().removeShutdownHook(hook);
    }
  }
}

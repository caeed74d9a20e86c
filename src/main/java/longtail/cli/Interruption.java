package longtail.cli;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import longtail.train.checkpoint.Checkpoints;
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

  private static final String OUTPUT = "--output";

  private final Runnable hook;

  private Interruption(Runnable hook) {
    this.hook = hook;
  }

  /** Watches over the command {@code arguments} until {@link #unwatch}. */
  static Interruption watch(String[] arguments, PrintStream err) {
    Runnable hook =
        () -> {
          err.println(message(arguments));
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

  private static String message(String... arguments) {
    return switch (arguments.length == 0 ? "" : arguments[0]) {
      case "train" ->
          nothingKept(arguments)
              ? "interrupted before the first checkpoint: nothing is kept of the training, the same command begins it anew"
              : "interrupted: the checkpoints so far stay, the same command with --resume goes on from the last one";
      case "prepare", "predict", "cam", "quickstart", "sweep" ->
          "interrupted: the same command goes on where it stopped";
      case "watch" -> "the page is no longer served";
      default -> "interrupted";
    };
  }

  /** Whether the output directory of a training has no checkpoint, as far as one can see. */
  private static boolean nothingKept(String... arguments) {
    List<String> words = List.of(arguments);
    Optional<String> output =
        words.stream()
            .filter(word -> word.startsWith(OUTPUT + "="))
            .map(word -> word.substring(OUTPUT.length() + 1))
            .findFirst();
    int named = words.indexOf(OUTPUT);
    if (named >= 0 && named + 1 < words.size()) {
      output = Optional.of(words.get(named + 1));
    }
    try {
      return output.filter(directory -> !Checkpoints.anyBelow(directory)).isPresent();
    } catch (RuntimeException e) {
      return false; // a store that does not answer while the process ends
    }
  }

  /** The command is over; what ends the process now is no interruption. */
  void unwatch() {
    if (!happened()) {
      ShutdownHookManager.get().removeShutdownHook(hook);
    }
  }
}

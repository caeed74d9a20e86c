package longtail.spark.job;

import java.io.PrintStream;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * How a job tells how far it is: on a terminal one line that is rewritten, elsewhere plain lines, a
 * few at first and fewer the longer it takes.
 */
public final class Progress {
  /** Seconds between two lines, where the system property of this name says so. */
  private static final String SECONDS = "longtail.progress.seconds";

  private static final long REWRITTEN = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long FIRST = TimeUnit.SECONDS.toNanos(2);
  private static final long LAST = TimeUnit.SECONDS.toNanos(60);
  private static final int LINES = 100;

  private final PrintStream console;
  private final long start = System.nanoTime();
  private long shown = start - LAST;

  private Progress(PrintStream console) {
    this.console = console;
  }

  /** Progress on {@code console}, of a job that begins now. */
  public static Progress on(PrintStream console) {
    return new Progress(console);
  }

  /** Shows {@code line} if it is time for one. */
  public void show(Supplier<String> line) {
    long now = System.nanoTime();
    if (now - shown < pause(now - start)) {
      return;
    }
    shown = now;
    if (console instanceof TerminalStream terminal) {
      terminal.rewrite(line.get());
    } else {
      console.println(line.get());
    }
  }

  private long pause(long sinceStart) {
    Integer told = Integer.getInteger(SECONDS);
    if (told != null) {
      return TimeUnit.SECONDS.toNanos(told);
    }
    return console instanceof TerminalStream
        ? REWRITTEN
        : Math.min(LAST, Math.max(FIRST, sinceStart / LINES));
  }
}

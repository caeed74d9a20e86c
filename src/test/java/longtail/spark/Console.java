package longtail.spark;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Consoles for runs under test. */
public final class Console {
  private Console() {}

  /** Drops what is printed. */
  public static PrintStream silent() {
    return new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
  }

  /** Breaks after so many lines, as a run is interrupted. */
  public static PrintStream interrupting(int lines) {
    return new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8) {
      private int left = lines;

      @Override
      public void println(String line) {
        if (left-- == 0) {
          throw new IllegalStateException("interrupted");
        }
      }
    };
  }
}

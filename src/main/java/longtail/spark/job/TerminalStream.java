package longtail.spark.job;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * A terminal whose last line can be one of progress, which is rewritten in place. What else is
 * printed takes its place.
 */
public final class TerminalStream extends PrintStream {
  /** To the beginning of the line, and clear the rest of it. */
  private static final byte[] CLEAR = "\r\u001b[K".getBytes(StandardCharsets.US_ASCII);

  private final Below below;
  private final int columns;

  private TerminalStream(Below below, int columns) {
    super(below, true, StandardCharsets.UTF_8);
    this.below = below;
    this.columns = columns;
  }

  /** The terminal behind {@code out}, {@code columns} characters wide. */
  public static TerminalStream of(PrintStream out, int columns) {
    return new TerminalStream(new Below(out), columns);
  }

  /** Shows {@code line} in the place of the one before it, cut to the width of the terminal. */
  void rewrite(String line) {
    String shown = line.length() < columns ? line : line.substring(0, Math.max(0, columns - 1));
    synchronized (below) {
      print(shown);
      flush();
      below.progress = true;
    }
  }

  /** Clears a line of progress before anything else is written. */
  private static final class Below extends FilterOutputStream {
    private boolean progress;

    Below(OutputStream out) {
      super(out);
    }

    @Override
    public synchronized void write(int b) throws IOException {
      clear();
      out.write(b);
    }

    @Override
    public synchronized void write(byte[] bytes, int from, int length) throws IOException {
      clear();
      out.write(bytes, from, length);
    }

    private void clear() throws IOException {
      if (progress) {
        progress = false;
        out.write(CLEAR);
      }
    }
  }
}

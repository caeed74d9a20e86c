package longtail.damage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The stack traces of another Java process, which say what it is doing. */
final class Threads {
  private Threads() {}

  /** As {@code jstack} prints them; empty if the process ends meanwhile. */
  static String of(ProcessHandle process) {
    String jstack = Path.of(System.getProperty("java.home"), "bin", "jstack").toString();
    try {
      Process printing =
          new ProcessBuilder(jstack, String.valueOf(process.pid()))
              .redirectErrorStream(true)
              .start();
      return new String(printing.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

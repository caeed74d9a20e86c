package longtail.spark.ml;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;

/** Lines of progress as messages of a log: a library does not print. */
final class ProgressLog extends OutputStream {
  private final Logger log;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  private ProgressLog(Logger log) {
    this.log = log;
  }

  /** What is printed goes to {@code log}, at the level of information. */
  static PrintStream to(Logger log) {
    return new PrintStream(new ProgressLog(log), true, StandardCharsets.UTF_8);
  }

  @Override
  public void write(int character) {
    if (character != '\n') {
      line.write(character);
      return;
    }
    log.info(line.toString(StandardCharsets.UTF_8).stripTrailing());
    line.reset();
  }
}

package longtail.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private static final String SECONDS = "longtail.progress.seconds";
  private static final String CLEAR = "\r\u001b[K";

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream file = new PrintStream(bytes, true, StandardCharsets.UTF_8);
  private String before;

  @BeforeEach
  void everyLine() {
    before = System.setProperty(SECONDS, "0");
  }

  @AfterEach
  void asBefore() {
    if (before == null) {
      System.clearProperty(SECONDS);
    } else {
      System.setProperty(SECONDS, before);
    }
  }

  @Test
  void aTerminalHasOneLineOfProgressInWhosePlaceComesWhatIsPrintedNext() {
    PrintStream terminal = TerminalStream.of(file, 20);
    Progress progress = Progress.on(terminal);
    terminal.println("begun");
    progress.show(() -> "one");
    progress.show(() -> "two, which is longer than the terminal");
    terminal.printf("done%n");
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .isEqualTo("begun\none" + CLEAR + "two, which is longe" + CLEAR + "done\n");
  }

  @Test
  void aFileHasPlainLines() {
    Progress progress = Progress.on(file);
    progress.show(() -> "one");
    progress.show(() -> "two");
    assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("one\ntwo\n");
  }

  @Test
  void linesThatComeTooSoonAreNotEvenMade() {
    System.clearProperty(SECONDS);
    Progress progress = Progress.on(file);
    AtomicInteger made = new AtomicInteger();
    for (int i = 0; i < 1000; i++) {
      progress.show(() -> "line " + made.incrementAndGet());
    }
    assertThat(made).hasValueLessThan(20).hasValueGreaterThan(0);
  }
}

package longtail.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFileTest {
  @TempDir Path temporary;
  private final Configuration conf = ObjectStore.configuration();

  private LogFile log(String scheme) throws IOException {
    return LogFile.of(scheme + temporary.resolve("run/metrics.jsonl"), conf);
  }

  private List<String> lines(String scheme) throws IOException {
    return log(scheme).lines().stream().filter(line -> !line.isEmpty()).toList();
  }

  private String[] files() {
    return temporary.resolve("run").toFile().list();
  }

  @Test
  void aDiskHasEveryLineAtOnce() throws IOException {
    LogFile log = log("file:");
    assertThat(log.lines()).isEmpty();
    log.append("one");
    log.append("two");
    assertThat(lines("file:")).containsExactly("one", "two");
    assertThat(files()).containsExactly("metrics.jsonl");
  }

  @Test
  void aStoreThatCannotAppendGetsNumberedParts() throws IOException {
    LogFile log = log("objects:");
    log.append("one");
    log.append("two");
    assertThat(log.lines()).contains("one", "two");
    log.flush();
    log.append("three");
    log.flush();
    log.flush();

    assertThat(files())
        .containsExactlyInAnyOrder("metrics.jsonl.part-00001", "metrics.jsonl.part-00002");
    assertThat(lines("objects:")).containsExactly("one", "two", "three");

    LogFile resumed = log("objects:");
    resumed.append("four");
    resumed.join();
    assertThat(files()).containsExactly("metrics.jsonl");
    assertThat(lines("objects:")).containsExactly("one", "two", "three", "four");

    resumed.append("five");
    resumed.flush();
    assertThat(lines("objects:")).containsExactly("one", "two", "three", "four", "five");
  }

  @Test
  void manyLinesDoNotWaitInMemory() throws IOException {
    LogFile log = log("objects:");
    String line = "x".repeat(1000);
    for (int i = 0; i < 600; i++) {
      log.append(line);
    }
    assertThat(files()).hasSize(2);
    assertThat(lines("objects:").size()).isGreaterThan(500);
  }

  @Test
  void aReplacementThatIsCutOffIsTheOldLogOrTheNewOne() throws IOException {
    Path run = temporary.resolve("run");
    // Every prefix of what a replacement of file and two parts by "new" does, in its order.
    for (int done = 0; done <= 5; done++) {
      Files.createDirectories(run);
      for (String file : files()) {
        Files.delete(run.resolve(file));
      }
      Files.writeString(run.resolve("metrics.jsonl"), "a\n");
      Files.writeString(run.resolve("metrics.jsonl.part-00001"), "b\n");
      Files.writeString(run.resolve("metrics.jsonl.part-00002"), "c\n");
      List<Step> steps =
          List.of(
              () -> Files.writeString(run.resolve("metrics.jsonl.whole-00003"), "new\n"),
              () -> Files.writeString(run.resolve("metrics.jsonl"), "new\n"),
              () -> Files.delete(run.resolve("metrics.jsonl.part-00001")),
              () -> Files.delete(run.resolve("metrics.jsonl.part-00002")),
              () -> Files.delete(run.resolve("metrics.jsonl.whole-00003")));
      for (Step step : steps.subList(0, done)) {
        step.run();
      }
      assertThat(lines("objects:"))
          .as("after %d steps", done)
          .isEqualTo(done == 0 ? List.of("a", "b", "c") : List.of("new"));

      LogFile log = log("objects:");
      log.append("more");
      log.join();
      assertThat(files()).containsExactly("metrics.jsonl");
      assertThat(lines("objects:")).endsWith("more").hasSize(done == 0 ? 4 : 2);
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  @Test
  void aReplacedLogIsNeverShortMeanwhile() throws IOException {
    LogFile log = log("file:");
    IntStream.range(0, 3).forEach(i -> append(log, "line " + i));
    Path file = temporary.resolve("run/metrics.jsonl");
    Object before = Files.readAttributes(file, "unix:ino").get("ino");

    log.replace(List.of("line 0"));

    assertThat(file).hasContent("line 0");
    assertThat(Files.readAttributes(file, "unix:ino").get("ino"))
        .as("another file took its place")
        .isNotEqualTo(before);
  }

  private static void append(LogFile log, String line) {
    try {
      log.append(line);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}

package longtail.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.storage.OutputLock.Owner;
import longtail.storage.OutputLock.Timing;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputLockTest {
  private static final Timing FAST = new Timing(100, 3_000);

  @TempDir Path temporary;
  private final Configuration conf = ObjectStore.configuration();
  private final List<String> told = new ArrayList<>();

  private String output(String scheme) {
    return scheme + temporary.resolve("run");
  }

  private Path file() {
    return temporary.resolve("run/_lock");
  }

  private OutputLock take(String scheme, Owner owner) {
    return OutputLock.take(output(scheme), "train toy", told::add, conf, owner, FAST);
  }

  private static Owner elsewhere(String machine) {
    return new Owner("node-" + machine, machine, 12, "2026-01-01T00:00:00Z");
  }

  /** A run of another process of this machine that is killed while it has the lock. */
  public static void main(String[] arguments) throws InterruptedException {
    OutputLock.take(arguments[0], "train killed", line -> {}, new Configuration());
    System.out.println("taken");
    Thread.sleep(600_000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:", "objects:"})
  void theSecondRunIsRefusedWithTheNameOfTheFirst(String scheme) {
    try (OutputLock first = take(scheme, Owner.here())) {
      first.requireHeld();
      assertThatThrownBy(() -> take(scheme, Owner.here()))
          .isInstanceOfSatisfying(
              LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.USAGE))
          .hasMessageContaining(temporary.resolve("run") + " belongs to the run 'train toy'")
          .hasMessageContaining("since 20")
          .hasMessageContaining("process " + ProcessHandle.current().pid());
    }
    assertThat(temporary.resolve("run")).doesNotExist();
    take(scheme, Owner.here()).close();
    assertThat(told).isEmpty();
  }

  @Test
  void aKilledProcessOfThisMachineLosesItsLockAtOnce() throws IOException, InterruptedException {
    Process other =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                "-cp",
                System.getProperty("java.class.path"),
                OutputLockTest.class.getName(),
                output(""))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (var out = other.inputReader()) {
      assertThat(out.readLine()).isEqualTo("taken");
      assertThatThrownBy(() -> take("", Owner.here()))
          .hasMessageContaining("'train killed'")
          .hasMessageContaining("process " + other.pid());
    } finally {
      other.destroyForcibly();
    }
    other.waitFor();
    assertThat(file()).exists();
    long start = System.nanoTime();
    take("", Owner.here()).close();
    assertThat(System.nanoTime() - start).isLessThan(1_000_000_000L);
  }

  @Test
  void aProcessThatSeemsToHaveBegunAtAnotherTimeIsWatchedToo() throws IOException {
    long other = ProcessHandle.current().parent().orElseThrow().pid();
    Owner here = Owner.here();
    Owner clockWasSet = new Owner("here", here.machine(), other, "2001-01-01T00:00:00Z");
    try (OutputLock first = take("file:", clockWasSet)) {
      assertThatThrownBy(() -> take("file:", here)).hasMessageContaining("process " + other);
      first.requireHeld();
    }
    assertThat(told).singleElement().asString().contains("whether that run still lives");
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:", "objects:"})
  void anotherMachinesRunIsWatchedForSignsOfLife(String scheme) throws IOException {
    OutputLock first = take(scheme, elsewhere("a"));
    assertThatThrownBy(() -> take(scheme, elsewhere("b")))
        .hasMessageContaining("process 12 on node-a");
    assertThat(told).singleElement().asString().contains("whether that run still lives");

    String alive = Files.readString(file());
    first.close();
    Files.createDirectories(file().getParent());
    Files.writeString(file(), alive); // as if its owner had been killed
    try (OutputLock second = take(scheme, elsewhere("b"))) {
      second.requireHeld();
      assertThat(Files.readString(file())).contains("host=node-b");
    }
  }

  @Test
  void whoWasSilentForTooLongIsToldAndEnds() throws IOException, InterruptedException {
    try (OutputLock first = take("file:", elsewhere("a"))) {
      Files.delete(file());
      try (OutputLock second = take("file:", elsewhere("b"))) {
        for (int i = 0; i < 100 && holds(first); i++) {
          Thread.sleep(50);
        }
        assertThatThrownBy(first::requireHeld)
            .isInstanceOf(LongTailException.class)
            .hasMessageContaining("process 12 on node-b");
        second.requireHeld();
      }
    }
    assertThat(file()).doesNotExist();
  }

  private static boolean holds(OutputLock lock) {
    try {
      lock.requireHeld();
      return true;
    } catch (LongTailException e) {
      return false;
    }
  }

  @Test
  void takingTheLockClearsWhatAKilledRunHasLeft() throws IOException {
    Files.createDirectories(temporary.resolve("run"));
    Files.writeString(temporary.resolve("run/_writing-metrics.jsonl-1"), "half");
    take("", Owner.here()).close();
    assertThat(temporary.resolve("run")).isEmptyDirectory();
  }

  @Test
  void aDirectoryThatCannotBeIsNamed() throws IOException {
    Files.writeString(temporary.resolve("run"), "a file");
    assertThatThrownBy(() -> take("", Owner.here()))
        .isInstanceOfSatisfying(
            LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA))
        .hasMessageContaining(temporary.resolve("run").toString());
  }
}

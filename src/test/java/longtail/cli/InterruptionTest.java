package longtail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InterruptionTest {
  /** A command that runs until the process is told to end, and then fails as Spark's jobs do. */
  static final class Endless {
    private Endless() {}

    public static void main(String[] arguments) {
      Interruption.watch(arguments, System.err);
      System.out.println("begun");
      PrintStream begun = System.err;
      while (System.err == begun) {
        Thread.onSpinWait();
      }
      new IllegalStateException("the job was cancelled").printStackTrace();
    }
  }

  @TempDir Path directory;

  @Test
  void anInterruptedCommandSaysHowToGoOnAndNothingElse() throws IOException, InterruptedException {
    assertThat(interrupt("train")).singleElement().asString().contains("--resume");
    assertThat(interrupt("prepare")).singleElement().asString().contains("same command");
  }

  @Test
  void anInterruptedTrainingWithoutACheckpointSaysThatNothingIsKept()
      throws IOException, InterruptedException {
    String output = directory.resolve("run").toString();
    assertThat(interrupt("train", "--output", output))
        .singleElement()
        .asString()
        .contains("nothing is kept");
    Path checkpoint = directory.resolve("run/checkpoints/step-000000000001");
    Files.createDirectories(checkpoint);
    assertThat(interrupt("train", "--output=" + output))
        .singleElement()
        .asString()
        .contains("nothing is kept");
    Files.writeString(checkpoint.resolve("checkpoint.json"), "{}");
    assertThat(interrupt("train", "--output", output))
        .singleElement()
        .asString()
        .contains("--resume");
  }

  private List<String> interrupt(String... command) throws IOException, InterruptedException {
    Path errors = directory.resolve("errors-" + command[0]);
    List<String> java =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xshare:auto",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Endless.class.getName());
    Process process =
        new ProcessBuilder(Stream.concat(java.stream(), Arrays.stream(command)).toList())
            .redirectError(errors.toFile())
            .start();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(out.readLine()).isEqualTo("begun");
      process.destroy();
      assertThat(process.waitFor()).isNotZero();
    }
    try (Stream<String> lines = Files.lines(errors)) {
      return lines.filter(line -> !line.startsWith("SLF4J") && !line.contains("log4j")).toList();
    }
  }
}

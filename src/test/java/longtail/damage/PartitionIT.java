package longtail.damage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A host that loses its network in the middle of a step is given up, and the run ends with the same
 * bytes. Needs root and iproute2, for hosts in network namespaces.
 */
@Tag("spark")
@Tag("slow")
@Tag("minutes")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class PartitionIT {
  private static final String SCRIPT = JobProcess.ROOT.resolve("cluster/netns-cluster").toString();
  private static final int PATIENCE = 10;

  /** Steps that the workers take together, without what would interrupt them. */
  private static final String[] TOGETHER = {
    "--set", "averaging.scope=step",
    "--set", "averaging.patience=" + PATIENCE,
    "--set", "stages.1.epochs=200",
    "--set", "evaluation={every-epochs: 1000, meta-every-rounds: 1000}",
    "--set", "checkpoints={every-steps: 1000}"
  };

  @TempDir static Path temporary;
  private static DrilledCommands commands;
  private static boolean started;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    assumeTrue(namespaces(), "skipped: network namespaces need root and iproute2");
    commands = DrilledCommands.in(temporary);
    started = true;
    cluster("start", "--workers", "2", "--memory", "1g").end().succeeded();
  }

  @AfterAll
  static void stop() {
    if (started) {
      cluster("stop").end().succeeded();
    }
  }

  /** Whether this user can make them here. */
  private static boolean namespaces() throws IOException, InterruptedException {
    String name = "longtail-test-" + ProcessHandle.current().pid();
    try {
      return ip("netns", "add", name) == 0 && ip("netns", "delete", name) == 0;
    } catch (IOException thereIsNoIp) {
      return false;
    }
  }

  private static int ip(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(words));
    return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
  }

  private static JobProcess cluster(String... arguments) {
    List<String> command = new ArrayList<>(List.of(SCRIPT, "--home", home()));
    command.addAll(List.of(arguments));
    return JobProcess.start(temporary, Map.of(), command);
  }

  private static String home() {
    return temporary.resolve("home").toString();
  }

  @Test
  void aHostThatIsCutOffInsideAStepIsGivenUp() throws IOException {
    Path expected = temporary.resolve("expected");
    DrilledCommands.Ended alone = commands.run("train", expected.toString(), TOGETHER);
    assertThat(alone.code()).as(String.join("\n", alone.errors())).isZero();
    Path output = temporary.resolve("run");
    List<String> arguments = new ArrayList<>(commands.arguments("train", output.toString()));
    arguments.addAll(List.of(TOGETHER));
    String master = Files.readString(Path.of(home(), "run/master.url")).strip();
    List<String> command = new ArrayList<>(List.of("exec", "env", "-u", "SPARK_HOME"));
    command.addAll(JobProcess.onCluster("train", List.of(), arguments, master));

    JobProcess job = cluster(command.toArray(String[]::new));
    job.await("its second stage", () -> job.printed("second epoch 2/"));
    cluster("partition", "1").end().succeeded();
    long cut = System.nanoTime();
    job.await("the host is given up", () -> job.printed("are repeated"));
    Duration silence = Duration.ofNanos(System.nanoTime() - cut);
    job.end().succeeded();

    assertThat(job.printed("was silent for %d s".formatted(PATIENCE))).isTrue();
    assertThat(silence).isLessThan(Duration.ofSeconds(2 * PATIENCE));
    DrilledCommands.requireSameFiles(
        output.resolve("checkpoints"), expected.resolve("checkpoints"));
  }
}

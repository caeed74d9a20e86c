package longtail.damage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Processes of a real cluster are killed in every phase of the commands; the results are those of
 * one undisturbed process, byte for byte.
 */
@Tag("spark")
@Tag("slow")
@Tag("minutes")
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class ClusterFaultsIT {
  private static final int ATTEMPTS = 3;

  /** A second stage that is long enough to do something in its midst. */
  private static final String[] LONG = {
    "--set", "stages.1.epochs=40",
    "--set", "evaluation={every-epochs: 1000, meta-every-rounds: 1000}",
    "--set", "checkpoints={every-steps: 1000}"
  };

  @TempDir static Path temporary;
  private static DrilledCommands commands;
  private static LoopbackCluster cluster;

  @BeforeAll
  static void start() throws IOException {
    commands = DrilledCommands.in(temporary);
    commands.runUndisturbed();
    cluster = LoopbackCluster.start(temporary);
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  /** A command on the cluster and what Spark says of it. */
  private record OnCluster(JobProcess job, SparkEvents events) {}

  private static OnCluster submit(String name, String output, String... more) throws IOException {
    Path log = Files.createTempDirectory(temporary, "events");
    List<String> all =
        new ArrayList<>(commands.arguments(name, temporary.resolve(output).toString()));
    all.addAll(List.of(more));
    return new OnCluster(cluster.submit(log, name, all), new SparkEvents(log));
  }

  /** A Spark job of a command, by its description. */
  private enum Phase {
    PREPARE("prepare", "prepare "),
    VALIDATION("train", "validate "),
    META_VALIDATION("train", "meta-validate "),
    EVALUATE("evaluate", "evaluate "),
    PREDICT("predict", "predict ");

    private final String command;
    private final String description;

    Phase(String command, String description) {
      this.command = command;
      this.description = description;
    }
  }

  /** Some phases are short: if no task was lost the command runs again. */
  @ParameterizedTest
  @EnumSource
  void anExecutorThatIsKilledWithItsTaskChangesNoByte(Phase phase) throws IOException {
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      String output = "killed in %s %d".formatted(phase, attempt);
      OnCluster run = submit(phase.command, output);
      run.job.await("its " + phase, () -> run.events.running(phase.description));
      LoopbackCluster.send("KILL", cluster.executors().get(0));
      run.job.end().succeeded();

      commands.requireSame(phase.command, temporary.resolve(output));
      if (run.events.lostTasks(phase.description) > 0) {
        return;
      }
    }
    abort("no task of %s ran when its executor was killed".formatted(phase));
  }

  /** What a killed driver leaves is what the run goes on from. */
  @Test
  void aKilledDriverIsResumed() throws IOException {
    String output = "killed driver";
    OnCluster run = submit("train", output);
    Path checkpoints = temporary.resolve(output).resolve("checkpoints");
    run.job.await("a checkpoint", () -> committed(checkpoints));
    LoopbackCluster.send("KILL", run.job.driver());
    assertThat(run.job.end().code()).isEqualTo(137);
    submit("train", output, "--resume").job.end().succeeded();

    commands.requireSame("train", temporary.resolve(output));
  }

  private static boolean committed(Path checkpoints) {
    return Files.isDirectory(checkpoints)
        && DrilledCommands.list(checkpoints).stream()
            .anyMatch(step -> Files.exists(checkpoints.resolve(step).resolve("checkpoint.json")));
  }

  /** The other one stands still meanwhile, so that this one waits for its part of the mean. */
  @Test
  void anExecutorThatIsKilledWhileItAveragesChangesNoByte() throws IOException {
    Path expected = temporary.resolve("undisturbed and long");
    assertThat(commands.run("train", expected.toString(), LONG).code()).isZero();
    Path output = temporary.resolve("killed in averaging");
    OnCluster run = submit("train", "killed in averaging", LONG);
    run.job.await("its second stage", () -> run.job.printed("second epoch 2/"));
    List<ProcessHandle> executors = cluster.executors();
    LoopbackCluster.send("STOP", executors.get(0));
    run.job.await(
        "its averaging", () -> Threads.of(executors.get(1)).contains("longtail.collective."));
    LoopbackCluster.send("KILL", executors.get(1));
    LoopbackCluster.send("CONT", executors.get(0));
    run.job.end().succeeded();

    assertThat(run.job.printed("are repeated")).as("the user was told").isTrue();
    DrilledCommands.requireSameFiles(
        output.resolve("checkpoints"), expected.resolve("checkpoints"));
  }

  @Test
  void executorsThatAreKilledWhileTheDriverWritesACheckpointChangeNoByte() throws IOException {
    String output = "killed at a checkpoint";
    OnCluster run = submit("train", output);
    Path checkpoints = temporary.resolve(output).resolve("checkpoints");
    run.job.await("a checkpoint begins", () -> begun(checkpoints));
    List<ProcessHandle> executors = cluster.executors();
    executors.forEach(executor -> LoopbackCluster.send("KILL", executor));
    run.job.end().succeeded();

    assertThat(executors).hasSize(2);
    commands.requireSame("train", temporary.resolve(output));
  }

  private static boolean begun(Path checkpoints) {
    return Files.isDirectory(checkpoints) && !DrilledCommands.list(checkpoints).isEmpty();
  }
}

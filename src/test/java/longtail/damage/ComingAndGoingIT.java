package longtail.damage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Executors come and go by Spark's own means, dynamic allocation and decommission, while a run
 * trains: its bytes are those of one undisturbed process.
 */
@Tag("spark")
@Tag("slow")
@Tag("minutes")
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class ComingAndGoingIT {
  /** Short segments, after which executors are dealt anew, and enough of them. */
  private static final String[] SEGMENTS = {
    "--set", "averaging.segment=2",
    "--set", "stages.0.epochs=400",
    "--set", "evaluation={every-epochs: 1000, meta-every-rounds: 1000}",
    "--set", "checkpoints={every-steps: 1000}"
  };

  private static final String DECOMMISSION = "spark.decommission.enabled=true";

  @TempDir static Path temporary;
  private static DrilledCommands commands;
  private static Path expected;
  private LoopbackCluster cluster;

  @BeforeAll
  static void runUndisturbed() throws IOException {
    commands = DrilledCommands.in(temporary);
    expected = temporary.resolve("undisturbed");
    DrilledCommands.Ended alone = commands.run("train", expected.toString(), SEGMENTS);
    assertThat(alone.code()).as(String.join("\n", alone.errors())).isZero();
  }

  /** A worker of Spark that was decommissioned does not come back. */
  @BeforeEach
  void start() {
    cluster = LoopbackCluster.start(temporary, DECOMMISSION);
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private JobProcess train(String output, String... properties) throws IOException {
    List<String> arguments =
        new ArrayList<>(commands.arguments("train", temporary.resolve(output).toString()));
    arguments.addAll(List.of(SEGMENTS));
    Path log = Files.createTempDirectory(temporary, "events");
    return cluster.submit(log, "train", arguments, properties);
  }

  @Test
  void dynamicAllocationAddsAnExecutorAndReplacesOneThatIsDecommissioned() throws IOException {
    JobProcess job =
        train(
            "allocated",
            DECOMMISSION,
            "spark.dynamicAllocation.enabled=true",
            "spark.dynamicAllocation.shuffleTracking.enabled=true",
            "spark.dynamicAllocation.initialExecutors=1",
            "spark.dynamicAllocation.minExecutors=1",
            "spark.dynamicAllocation.maxExecutors=2",
            "spark.dynamicAllocation.schedulerBacklogTimeout=1s",
            "spark.scheduler.minRegisteredResourcesRatio=0.5");
    job.await("one of the executors has begun", () -> job.printed("first epoch 2/"));
    job.await("a second executor takes a worker over", () -> moves(job) == 1);
    ProcessHandle leaving = cluster.executors().get(0);
    LoopbackCluster.send("PWR", leaving);
    job.await("the executor has left", () -> !leaving.isAlive());
    job.await("another one has taken its worker over", () -> moves(job) >= 2);
    JobProcess.Ended ended = job.end().succeeded();

    assertThat(job.printed("are repeated")).as(ended.printed()).isFalse();
    requireSame("allocated");
  }

  /** Of workers from one process to another. */
  private static long moves(JobProcess job) {
    return job.count("went on in");
  }

  @Test
  void aWorkerOfTheClusterThatIsDecommissionedHandsItsPartOver() throws IOException {
    JobProcess job = train("decommissioned", DECOMMISSION);
    job.await("its beginning", () -> job.printed("first epoch 2/"));
    ProcessHandle leaving = cluster.executors().get(0);
    LoopbackCluster.send("PWR", cluster.workers().get(0));
    job.await("the executor has left", () -> !leaving.isAlive());
    JobProcess.Ended ended = job.end().succeeded();

    assertThat(moves(job)).as(ended.printed()).isEqualTo(1);
    assertThat(job.printed("are repeated")).as(ended.printed()).isFalse();
    requireSame("decommissioned");
  }

  private static void requireSame(String output) {
    DrilledCommands.requireSameFiles(
        temporary.resolve(output).resolve("checkpoints"), expected.resolve("checkpoints"));
  }
}

package longtail.spark.round;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import longtail.spark.LocalSpark;
import longtail.spark.ToyDataset;
import longtail.train.checkpoint.Checkpoints;
import longtail.train.checkpoint.TrainingState;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Four workers on as many executors as there are, which come and go, with the same bits. */
@Tag("spark")
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class ExecutorCountIT {
  private static final Configuration CONF = new Configuration();
  private static final Path ROOT = Path.of("").toAbsolutePath();
  private static final String CLUSTER = ROOT.resolve("cluster/local-cluster").toString();

  @TempDir static Path temporary;
  private static Path home;

  @BeforeAll
  static void prepare() throws IOException {
    home = temporary.resolve("home");
    ToyDataset.publish(data(), 48, 1, CONF);
    Files.writeString(
        temporary.resolve("short.yaml"),
        ToyDataset.EXPERIMENT
            .replace("epochs: 2", "epochs: 10")
            .replace("every-steps: 4", "every-epochs: 1000, every-steps: 24"));
    Files.writeString(
        temporary.resolve("together.yaml"),
        ToyDataset.EXPERIMENT
            .replace("epochs: 2", "epochs: 5")
            .replace("every-steps: 4", "every-epochs: 1000, every-steps: 12")
            .replace("averaging: {every: 2", "averaging: {every: 2, scope: step"));
    Files.writeString(
        temporary.resolve("long.yaml"),
        ToyDataset.EXPERIMENT
            .replace("epochs: 2", "epochs: 2500")
            .replace("every-steps: 4", "every-epochs: 10000, every-steps: 5000")
            .replace("averaging: {every: 2", "averaging: {every: 2, segment: 1"));
  }

  private static String data() {
    return temporary.resolve("train").toString();
  }

  @AfterEach
  void stop() throws IOException, InterruptedException {
    run(List.of(CLUSTER, "stop", "--home", home.toString()), line -> {});
  }

  /** The URL of the master. */
  private static String start(int workers) throws IOException, InterruptedException {
    List<String> lines =
        run(
            List.of(
                CLUSTER,
                "start",
                String.valueOf(workers),
                "--memory",
                "2g",
                "--home",
                home.toString()),
            line -> {});
    return lines.stream()
        .filter(line -> line.startsWith("master"))
        .map(line -> line.replaceAll("master +", ""))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> run(List<String> command, Consumer<String> each)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(temporary.toFile()).redirectErrorStream(true);
    builder.environment().remove("SPARK_HOME");
    builder.environment().put("JAVA_TOOL_OPTIONS", LocalSpark.SHORT_LIVED);
    if (command.contains("--conf")) {
      builder.environment().put("SPARK_HOME", home.toString());
    }
    Process process = builder.start();
    List<String> lines = new ArrayList<>();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        lines.add(line);
        each.accept(line);
      }
    }
    assertThat(process.waitFor()).as(String.join("\n", lines)).isZero();
    return lines;
  }

  /** Trains with four workers to the end; {@code each} sees what is printed. */
  private static TrainingState train(
      String experiment, String master, int executors, String output, Consumer<String> each)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(ROOT.resolve("jobs/train").toString()));
    if (executors > 0) {
      command.addAll(List.of("--conf", "spark.executor.memory=1g"));
      command.addAll(List.of("--conf", "spark.cores.max=" + executors));
      command.addAll(List.of("--conf", "spark.scheduler.minRegisteredResourcesRatio=1.0", "--"));
    }
    command.addAll(List.of("--config", experiment, "--workers", "4", "--data", data()));
    command.addAll(List.of("--output", temporary.resolve(output).toString(), "--master", master));
    run(command, each);
    return Checkpoints.of(
            temporary.resolve(output).resolve("checkpoints").toString(),
            ToyDataset.experiment().checkpoints(),
            CONF)
        .latest()
        .orElseThrow()
        .state();
  }

  @Test
  void fourWorkersEndWithTheSameBitsOnAnyNumberOfExecutors()
      throws IOException, InterruptedException {
    TrainingState expected = train("short.yaml", "local[4]", 0, "local", line -> {});
    TrainingState together = train("together.yaml", "local[2]", 0, "together", line -> {});
    String master = start(4);
    for (int executors = 1; executors <= 4; executors++) {
      assertThat(train("short.yaml", master, executors, "on " + executors, line -> {}))
          .as("on %d executors", executors)
          .isEqualTo(expected);
    }
    assertThat(train("together.yaml", master, 3, "together on 3", line -> {})).isEqualTo(together);
  }

  /** Kills a worker daemon of the cluster with its executor, then adds another one. */
  private static final class ComingAndGoing implements Consumer<String> {
    private boolean left;
    private boolean moved;
    private boolean added;
    private boolean used;

    @Override
    public void accept(String line) {
      if (line.contains("images/s") && !left) {
        left = true;
        ProcessHandle daemon =
            ProcessHandle.allProcesses()
                .filter(ComingAndGoing::daemon)
                .filter(process -> process.children().findAny().isPresent())
                .findFirst()
                .orElseThrow();
        List<ProcessHandle> executors = daemon.children().toList();
        daemon.destroyForcibly();
        executors.forEach(ProcessHandle::destroyForcibly);
      }
      used |= added && line.contains("went on in executor");
      // Lost between two segments it has no steps to repeat.
      moved |= left && (line.contains("are repeated") || line.contains("went on in executor"));
      if (moved && !added && line.contains("images/s")) {
        added = true;
        try {
          new ProcessBuilder(CLUSTER, "add", "--memory", "2g", "--home", home.toString())
              .redirectErrorStream(true)
              .start();
        } catch (IOException e) {
          throw new IllegalStateException(e);
        }
      }
    }

    private static boolean daemon(ProcessHandle process) {
      return process
          .info()
          .commandLine()
          .filter(line -> line.contains("deploy.worker.Worker") && line.contains(home.toString()))
          .isPresent();
    }
  }

  @Test
  void anExecutorThatLeavesAndOneThatJoinsChangeNoBit() throws IOException, InterruptedException {
    TrainingState expected = train("long.yaml", "local[2]", 0, "long", line -> {});
    ComingAndGoing events = new ComingAndGoing();
    TrainingState state = train("long.yaml", start(2), 2, "coming and going", events);
    assertThat(events.moved).as("an executor was lost, and its workers went on").isTrue();
    assertThat(events.used).as("a new executor was used").isTrue();
    assertThat(state).isEqualTo(expected);
  }
}

package longtail.spark.round;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import longtail.bench.RandomImages;
import longtail.spark.LocalSpark;
import longtail.spark.ToyDataset;
import longtail.train.checkpoint.Checkpoint;
import longtail.train.checkpoint.Checkpoints;
import longtail.train.checkpoint.TrainingState;
import longtail.train.experiment.CheckpointPlan;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The launchers on a real cluster of three processes on loopback, which authenticates and encrypts,
 * and in one process. The paths have blanks, as those of users do.
 */
@Tag("spark")
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class LocalClusterIT {
  private static final Configuration CONF = new Configuration();
  private static final Path ROOT = Path.of("").toAbsolutePath();

  /** Of these classes a round of 16 images sees less than half. */
  private static final int MANY_CLASSES = 40;

  /** What is trained, for long enough that an executor is lost in its middle. */
  private enum Training {
    SUPERVISED(
        ToyDataset.EXPERIMENT.replace("epochs: 2", "epochs: 200")
            + "evaluation: {every-epochs: 1000}\n",
        "three classes"),
    METASAUG(
        ToyDataset.Meta.METASAUG.yaml().replace("epochs: 3", "epochs: 40"),
        "%d classes".formatted(MANY_CLASSES)),
    /** With a backbone that workers fetch once. */
    BALANCED_META_SOFTMAX(
        ToyDataset.Meta.BALANCED_META_SOFTMAX
            .yaml()
            .replace("epochs: 3", "epochs: 100\n    freeze: backbone"),
        "%d classes".formatted(MANY_CLASSES)),
    STEPS_TOGETHER(
        ToyDataset.Meta.METASAUG
            .yaml()
            .replace("epochs: 3", "epochs: 40")
            .replace("every: 2", "every: 2, scope: step"),
        "%d classes".formatted(MANY_CLASSES));

    private final String yaml;
    private final String data;

    Training(String yaml, String data) {
      this.yaml =
          yaml.replace("every-steps: 4", "every-epochs: 1000, every-steps: 200")
              .replace("meta-every-rounds: 2", "meta-every-rounds: 40, every-epochs: 1000");
      this.data = data;
    }

    String file() {
      return name() + ".yaml";
    }
  }

  @TempDir static Path temporary;
  private static Path home;
  private static String master;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    home = temporary.resolve("a spark home");
    List<String> lines = new ArrayList<>();
    Process starting =
        process(
            Map.of(),
            List.of(
                ROOT.resolve("cluster/local-cluster").toString(),
                "start",
                "2",
                "--memory",
                "2g",
                "--conf",
                "spark.authenticate=true",
                "--conf",
                "spark.authenticate.secret=of this test",
                "--conf",
                "spark.network.crypto.enabled=true",
                "--home",
                home.toString()));
    follow(starting, lines::add);
    assertThat(starting.waitFor()).as(String.join("\n", lines)).isZero();
    master =
        lines.stream()
            .filter(line -> line.startsWith("master"))
            .map(line -> line.replaceAll("master +", ""))
            .findFirst()
            .orElseThrow();
    ToyDataset.publish(data("train", Training.SUPERVISED), 48, 1, CONF);
    ToyDataset.publish(data("validation", Training.SUPERVISED), 21, 2, CONF);
    RandomImages images = new RandomImages(MANY_CLASSES, 8);
    images.publish(data("train", Training.METASAUG), labels(48), CONF);
    images.publish(data("validation", Training.METASAUG), labels(40), CONF);
    images.publish(data("train", Training.METASAUG) + "-meta", labels(40), CONF);
    for (Training training : Training.values()) {
      Files.writeString(temporary.resolve(training.file()), training.yaml);
    }
  }

  private static String data(String split, Training what) {
    return temporary.resolve(split + " data of " + what.data).toString();
  }

  private static int[] labels(int images) {
    return IntStream.range(0, images).map(i -> i % MANY_CLASSES).toArray();
  }

  @AfterAll
  static void stop() throws IOException, InterruptedException {
    Process stopping =
        process(
            Map.of(),
            List.of(
                ROOT.resolve("cluster/local-cluster").toString(),
                "stop",
                "--home",
                home.toString()));
    follow(stopping, line -> {});
    assertThat(stopping.waitFor()).isZero();
  }

  private static Process process(Map<String, String> environment, List<String> command)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(temporary.toFile()).redirectErrorStream(true);
    builder.environment().remove("SPARK_HOME");
    builder.environment().put("JAVA_TOOL_OPTIONS", LocalSpark.SHORT_LIVED);
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static void follow(Process process, Consumer<String> line) throws IOException {
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String next = out.readLine(); next != null; next = out.readLine()) {
        line.accept(next);
      }
    }
  }

  /** Runs jobs/train to its end; {@code line} sees what it prints. */
  private static TrainingState train(
      Map<String, String> environment,
      String master,
      List<String> sparkOptions,
      Training what,
      String output,
      Consumer<String> line)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(ROOT.resolve("jobs/train").toString());
    command.addAll(sparkOptions);
    command.addAll(List.of("--", "--config", what.file(), "--workers", "2"));
    command.addAll(List.of("--data", data("train", what)));
    command.addAll(List.of("--validation", data("validation", what)));
    command.addAll(List.of("--output", temporary.resolve(output).toString()));
    command.addAll(List.of("--master", master));
    Process training = process(environment, command);
    List<String> lines = new ArrayList<>();
    follow(
        training,
        next -> {
          lines.add(next);
          line.accept(next);
        });
    assertThat(training.waitFor()).as(String.join("\n", lines)).isZero();
    return latest(output).state();
  }

  private static Checkpoint latest(String output) {
    CheckpointPlan plan = ToyDataset.experiment().checkpoints();
    return Checkpoints.of(temporary.resolve(output).resolve("checkpoints").toString(), plan, CONF)
        .latest()
        .orElseThrow();
  }

  /** Sends a signal to one executor process of the cluster once it trains. */
  private static final class ExecutorKiller implements Consumer<String> {
    private final String signal;
    private boolean killed;
    private boolean told;
    private boolean moved;

    ExecutorKiller(String signal) {
      this.signal = signal;
    }

    @Override
    public void accept(String line) {
      told |= killed && line.contains("are repeated") && line.contains("result is the same");
      moved |= killed && line.contains("went on in executor");
      if (line.contains("images/s") && !killed) {
        ProcessHandle executor =
            ProcessHandle.allProcesses()
                .filter(process -> worker(process.parent().orElse(process)))
                // one of a run before may still be on its way out
                .max(Comparator.comparing(ExecutorKiller::start))
                .orElseThrow();
        killed = sent(executor.pid());
      }
    }

    private boolean sent(long process) {
      try {
        return process(Map.of(), List.of("kill", "-" + signal, String.valueOf(process))).waitFor()
            == 0;
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    private static Instant start(ProcessHandle process) {
      return process.info().startInstant().orElse(Instant.EPOCH);
    }

    private static boolean worker(ProcessHandle process) {
      return process
          .info()
          .commandLine()
          .filter(line -> line.contains("deploy.worker.Worker"))
          .filter(line -> line.contains(home.toString()))
          .isPresent();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aClusterThatLosesAnExecutorTrainsAsOneProcessDoesBitForBit(Training what)
      throws IOException, InterruptedException {
    String local = "local " + what;
    TrainingState expected = train(Map.of(), "local[2]", List.of(), what, local, line -> {});
    ExecutorKiller killer = new ExecutorKiller("KILL");
    // One that is lost between two segments has nothing to repeat: the run is made again then.
    for (int attempt = 1; attempt <= 3 && !killer.told; attempt++) {
      killer = new ExecutorKiller("KILL");
      assertThat(trainOnCluster(what, "cluster %s %d".formatted(what, attempt), killer))
          .isEqualTo(expected);
      assertThat(killer.killed).as("an executor was killed").isTrue();
    }
    assertThat(killer.told).as("the user was told what is repeated").isTrue();
    assertThat(killer.moved).as("the user was told where its worker went on").isTrue();
  }

  /** It neither ends nor says anything, as one whose machine has lost its network. */
  @Test
  void anExecutorThatStandsStillIsGivenUp() throws IOException, InterruptedException {
    Training what = Training.STEPS_TOGETHER;
    TrainingState expected = train(Map.of(), "local[2]", List.of(), what, "patient", line -> {});
    Path file = temporary.resolve(what.file());
    Files.writeString(file, what.yaml.replace("scope: step", "scope: step, patience: 10"));
    List<String> lines = new ArrayList<>();
    ExecutorKiller killer = new ExecutorKiller("STOP");
    TrainingState cluster = trainOnCluster(what, "silent", killer.andThen(lines::add));

    assertThat(killer.killed).as("an executor was stopped").isTrue();
    assertThat(lines).anyMatch(line -> line.contains("was silent for 10 s; the steps since"));
    assertThat(cluster).isEqualTo(expected);
  }

  private static TrainingState trainOnCluster(Training what, String output, Consumer<String> line)
      throws IOException, InterruptedException {
    return train(
        Map.of("SPARK_HOME", home.toString()),
        master,
        List.of(
            "--conf",
            "spark.executor.memory=1g",
            "--conf",
            "spark.kryo.registrationRequired=true",
            // Begins when both executors are there: the one that will be lost has a worker then.
            "--conf",
            "spark.cores.max=2",
            "--conf",
            "spark.scheduler.minRegisteredResourcesRatio=1.0"),
        what,
        output,
        line);
  }
}

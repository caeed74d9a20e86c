package longtail.spark.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.report.MetricsLog;
import longtail.spark.Console;
import longtail.spark.LocalSpark;
import longtail.spark.ToyDataset;
import longtail.storage.ObjectStore;
import longtail.storage.OutputLock;
import longtail.train.checkpoint.Checkpoint;
import longtail.train.checkpoint.TrainingState;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a training run leaves in its output directory, whatever happens to it or beside it. */
@Tag("spark")
class TrainStorageTest {
  private static final int STEPS = 18;

  @TempDir static Path shared;
  @TempDir Path temporary;
  private static JavaSparkContext spark;
  private static Configuration conf;

  @BeforeAll
  static void start() throws IOException {
    spark = LocalSpark.shared();
    conf = spark.hadoopConfiguration();
    ObjectStore.addTo(conf);
    ToyDataset.publish(shared.resolve("train").toString(), 48, 1, conf);
  }

  private static TrainOptions options(String output) {
    return new TrainOptions(
        ToyDataset.experiment(),
        shared.resolve("train").toString(),
        Optional.empty(),
        output,
        OptionalInt.of(2),
        TrainOptions.Existing.RESUME);
  }

  private String local(String name) {
    return temporary.resolve(name).toString();
  }

  private static TrainingState state(TrainResult result) {
    return Checkpoint.open(result.latest(), conf).state();
  }

  @Test
  void aStoreThatNeitherRenamesNorAppendsGetsTheSameRun() throws IOException {
    TrainResult whole = TrainJob.run(spark, options(local("whole")), Console.silent());
    String stored = ObjectStore.root(temporary) + "/run";
    assertThatThrownBy(() -> TrainJob.run(spark, options(stored), Console.interrupting(5)))
        .hasMessage("interrupted");
    TrainResult halves = TrainJob.run(spark, options(stored), Console.silent());

    assertThat(state(halves)).isEqualTo(state(whole));
    assertThat(rounds(stored)).hasSize(STEPS / 2).doesNotHaveDuplicates();
    assertThat(temporary.resolve("objects/run").toFile().list())
        .filteredOn(name -> !name.startsWith("events.out.tfevents."))
        .containsExactlyInAnyOrder(
            "checkpoints", "experiment.yaml", "metrics.jsonl", "run.json", "training.html");
  }

  @Test
  void partsOfTheLogAreReadInTheirOrder() {
    String stored = ObjectStore.root(temporary) + "/run";
    assertThatThrownBy(() -> TrainJob.run(spark, options(stored), Console.interrupting(7)))
        .hasMessage("interrupted");
    assertThat(temporary.resolve("objects/run").toFile().list())
        .contains("metrics.jsonl.part-00001")
        .doesNotContain("metrics.jsonl");
    assertThat(rounds(stored)).isNotEmpty().isSorted();
  }

  private static List<Long> rounds(String output) {
    return MetricsLog.open(output + "/metrics.jsonl", conf).read().stream()
        .filter(event -> "round".equals(event.get("event")))
        .map(event -> ((Number) event.get("iteration")).longValue())
        .toList();
  }

  @Test
  void checkpointsOfEqualRunsHaveEqualBytes() throws IOException {
    String one = TrainJob.run(spark, options(local("one")), Console.silent()).latest();
    TrainJob.run(spark, options(local("two")), Console.silent());
    Path last = temporary.resolve("one/checkpoints").resolve(Path.of(one).getFileName());
    try (Stream<Path> files = Files.list(last)) {
      for (Path file : files.toList()) {
        Path other = Path.of(file.toString().replace("/one/", "/two/"));
        assertThat(other).hasSameBinaryContentAs(file);
      }
    }
  }

  @Test
  void aSecondRunOnTheSameOutputIsRefusedAndDisturbsNothing() {
    try (OutputLock lock = OutputLock.take(local("run"), "train first", line -> {}, conf)) {
      assertThatThrownBy(() -> TrainJob.run(spark, options(local("run")), Console.silent()))
          .isInstanceOfSatisfying(
              LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.USAGE))
          .hasMessageContaining("belongs to the run 'train first', which writes there since");
      lock.requireHeld();
    }
    assertThat(temporary.resolve("run")).doesNotExist();
  }

  @Test
  void resumingWithoutAUsableCheckpointSaysSo() throws IOException {
    assertThat(said("new"))
        .contains("There is no checkpoint in " + local("new") + " to resume from: the run starts");
    Path broken = temporary.resolve("cut/checkpoints/step-000000000006");
    Files.createDirectories(broken);
    Files.writeString(broken.resolve("model.zip"), "half");
    assertThat(said("cut"))
        .contains("There is no usable checkpoint in " + local("cut") + " to resume from");
    assertThat(said("cut")).doesNotContain("There is no");
  }

  private String said(String output) {
    ByteArrayOutputStream console = new ByteArrayOutputStream();
    TrainJob.run(
        spark, options(local(output)), new PrintStream(console, true, StandardCharsets.UTF_8));
    return console.toString(StandardCharsets.UTF_8);
  }
}

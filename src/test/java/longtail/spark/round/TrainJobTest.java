package longtail.spark.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

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
import longtail.spark.Console;
import longtail.spark.LocalSpark;
import longtail.spark.ToyDataset;
import longtail.train.checkpoint.Checkpoint;
import longtail.train.checkpoint.FlatVector;
import longtail.train.checkpoint.TrainingState;
import longtail.train.experiment.Experiment;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("spark")
class TrainJobTest {
  private static final Configuration CONF = new Configuration();
  private static final int STEPS = 18;

  @TempDir static Path shared;
  @TempDir Path temporary;
  private static JavaSparkContext spark;

  @BeforeAll
  static void start() throws IOException {
    spark = LocalSpark.shared();
    ToyDataset.publish(shared.resolve("train").toString(), 48, 1, CONF);
    ToyDataset.publish(shared.resolve("validation").toString(), 21, 2, CONF);
  }

  private TrainOptions options(String output, int workers, String... overrides) {
    return new TrainOptions(
        ToyDataset.experiment(overrides),
        shared.resolve("train").toString(),
        Optional.of(shared.resolve("validation").toString()),
        temporary.resolve(output).toString(),
        OptionalInt.of(workers),
        TrainOptions.Existing.RESUME);
  }

  private static TrainingState state(TrainResult result) {
    return Checkpoint.open(result.latest(), CONF).state();
  }

  @Test
  void aRunWritesItsLogItsMetricsAndItsModel() throws IOException {
    ByteArrayOutputStream console = new ByteArrayOutputStream();
    TrainResult result =
        TrainJob.run(
            spark, options("run", 2), new PrintStream(console, true, StandardCharsets.UTF_8));
    assertThat(result.iteration()).isEqualTo(STEPS);
    assertThat(result.metrics()).containsKeys("top1", "top5", "mean_class_accuracy", "few");
    assertThat(result.best()).isPresent();
    assertThat(console.toString(StandardCharsets.UTF_8).lines().toList())
        .anySatisfy(line -> assertThat(line).startsWith("first epoch 1/2 step 2 "))
        .anySatisfy(line -> assertThat(line).contains("images/s", "loss", "ETA"))
        .anySatisfy(line -> assertThat(line).startsWith("validation"));
    assertThat(Files.readAllLines(temporary.resolve("run/metrics.jsonl")))
        .filteredOn(line -> line.contains("\"round\""))
        .hasSize(STEPS / 2);
    assertThat(temporary.resolve("run/run.json"))
        .content()
        .contains("\"workers\" : 2", "\"data\" : \"file:" + shared.resolve("train"));
    assertThat(
            Experiment.load(temporary.resolve("run/experiment.yaml").toString(), List.of(), CONF))
        .isEqualTo(ToyDataset.experiment());
    assertThat(Resident.count("toy")).isZero();
  }

  @Test
  void aResumedRunEndsAsTheUninterruptedOneBitForBit() throws IOException {
    TrainResult whole = TrainJob.run(spark, options("whole", 2), Console.silent());

    // The sixth line reports the fourth round, in the middle of the second epoch.
    assertThatThrownBy(() -> TrainJob.run(spark, options("halves", 2), Console.interrupting(5)))
        .hasMessage("interrupted");
    TrainResult halves = TrainJob.run(spark, options("halves", 2), Console.silent());

    assertThat(state(halves)).isEqualTo(state(whole));
    assertThat(rounds("halves")).hasSize(STEPS / 2).doesNotHaveDuplicates();
  }

  @Test
  void aRunWithTwoBranchesIsResumedBitForBit() {
    String[] branches = {
      "model.backbone={type: bilateral, trunk: {type: cifar-resnet, depth: 8, width: 4}}",
      "stages.0.method=bbn",
      "stages.0.epochs=3",
      "stages.1.freeze=backbone"
    };
    TrainResult whole = TrainJob.run(spark, options("bbn", 2, branches), Console.silent());
    assertThatThrownBy(
            () -> TrainJob.run(spark, options("bbn-halves", 2, branches), Console.interrupting(5)))
        .hasMessage("interrupted");
    TrainResult halves = TrainJob.run(spark, options("bbn-halves", 2, branches), Console.silent());
    assertThat(state(halves)).isEqualTo(state(whole));
    assertThat(halves.metrics()).containsKey("top1");
  }

  private List<String> rounds(String output) throws IOException {
    return Files.readAllLines(temporary.resolve(output).resolve("metrics.jsonl")).stream()
        .filter(line -> line.contains("\"round\""))
        .map(line -> line.replaceAll(".*(\"iteration\":\\d+).*", "$1"))
        .toList();
  }

  @Test
  void workersThatTakeTheirStepsTogetherEndWhereOneEnds() {
    String[] together = {"averaging.scope=step", "model.precision=float64"};
    TrainResult one = TrainJob.run(spark, options("one", 1, together), Console.silent());
    TrainResult two = TrainJob.run(spark, options("two", 2, together), Console.silent());
    TrainResult three = TrainJob.run(spark, options("three", 3, together), Console.silent());
    assertThat(spark.defaultParallelism()).as("slots").isLessThan(3);
    FlatVector expected = state(one).parameters();
    for (TrainResult more : List.of(two, three)) {
      FlatVector actual = state(more).parameters();
      for (int i = 0; i < expected.length(); i++) {
        assertThat(actual.at(i)).isCloseTo(expected.at(i), within(1e-9));
      }
    }
  }

  @Test
  void whatCannotFitIntoTheMemoryIsRefusedBeforeTheFirstStep() {
    TrainOptions deep =
        options(
            "deep",
            2,
            "model.backbone={type: cifar-resnet, depth: 200000}",
            "stages.0.batch-size=9");
    assertThatThrownBy(() -> TrainJob.run(spark, deep, Console.silent()))
        .isInstanceOfSatisfying(
            LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG))
        .hasMessageContaining("it needs at least");
    assertThat(temporary.resolve("deep")).doesNotExist();
  }

  @Test
  void aShardThatIsNotTheOneThatWasPreparedIsNotTrainedOn() throws IOException {
    Path copy = Files.createDirectories(temporary.resolve("copy"));
    try (Stream<Path> files = Files.list(shared.resolve("train"))) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    Path shard = copy.resolve("shard-00001.tar");
    byte[] bytes = Files.readAllBytes(shard);
    bytes[bytes.length / 2] ^= 1;
    Files.write(shard, bytes);
    TrainOptions options =
        new TrainOptions(
            ToyDataset.experiment(),
            copy.toString(),
            Optional.empty(),
            temporary.resolve("damaged").toString(),
            OptionalInt.of(2),
            TrainOptions.Existing.REFUSE);
    assertThatThrownBy(() -> TrainJob.run(spark, options, Console.silent()))
        .isInstanceOfSatisfying(
            LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA))
        .hasMessageStartingWith("The shard ")
        .hasMessageContaining("shard-00001.tar");
    assertThat(temporary.resolve("damaged/checkpoints")).doesNotExist();
  }

  @Test
  void aFinishedRunHasNothingLeftToDo() {
    TrainResult first = TrainJob.run(spark, options("done", 1), Console.silent());
    TrainResult second = TrainJob.run(spark, options("done", 1), Console.silent());
    assertThat(second.latest()).isEqualTo(first.latest());
    assertThat(second.metrics()).isEqualTo(first.metrics());
    assertThat(second.imagesPerSecond()).isZero();
  }

  @Test
  void anotherExperimentDoesNotGoOnWithTheRun() {
    TrainJob.run(spark, options("mine", 1, "stages.0.epochs=1"), Console.silent());
    assertThatThrownBy(
            () ->
                TrainJob.run(
                    spark, options("mine", 1, "stages.0.optimizer.lr=0.5"), Console.silent()))
        .isInstanceOfSatisfying(
            LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG))
        .hasMessageContaining("lr");
  }

  @Test
  void divergenceEndsTheRunAndKeepsTheLastCheckpoint() {
    TrainOptions diverging =
        options("diverging", 2, "stages.1.optimizer.lr=1e30", "stages.1.schedule=constant");
    assertThatThrownBy(() -> TrainJob.run(spark, diverging, Console.silent()))
        .isInstanceOfSatisfying(
            LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DIVERGED))
        .hasMessageContaining("learning rate");
    assertThat(temporary.resolve("diverging/checkpoints")).isDirectoryContaining("glob:**step-*12");
  }
}

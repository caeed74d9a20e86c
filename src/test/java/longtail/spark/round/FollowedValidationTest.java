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
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.spark.Console;
import longtail.spark.LocalSpark;
import longtail.spark.ToyDataset;
import longtail.train.checkpoint.Checkpoint;
import longtail.train.checkpoint.FlatVector;
import longtail.train.checkpoint.TrainingState;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs whose stages follow the validation: early stops, beginnings with the best checkpoint. */
@Tag("spark")
class FollowedValidationTest {
  private static final Configuration CONF = new Configuration();

  /** Nothing is better by 2, so that the third validation ends the stage. */
  private static final String STOP = "stages.0.stop={metric: top1, patience: 2, min-delta: 2}";

  @TempDir static Path shared;
  @TempDir Path temporary;
  private static JavaSparkContext spark;

  @BeforeAll
  static void start() throws IOException {
    spark = LocalSpark.shared();
    ToyDataset.publish(shared.resolve("train").toString(), 48, 1, CONF);
    ToyDataset.publish(shared.resolve("validation").toString(), 21, 2, CONF);
  }

  private TrainOptions options(
      String output, Optional<String> validation, TrainOptions.Existing existing, String... keys) {
    return new TrainOptions(
        ToyDataset.experiment(keys),
        shared.resolve("train").toString(),
        validation,
        temporary.resolve(output).toString(),
        OptionalInt.of(2),
        existing);
  }

  private TrainOptions options(String output, String... keys) {
    return options(
        output,
        Optional.of(shared.resolve("validation").toString()),
        TrainOptions.Existing.RESUME,
        keys);
  }

  private static TrainingState state(TrainResult result) {
    return Checkpoint.open(result.latest(), CONF).state();
  }

  @Test
  void aStageEndsWithTheValidationThatExhaustsItsPatience() throws IOException {
    ByteArrayOutputStream console = new ByteArrayOutputStream();
    TrainResult result =
        TrainJob.run(
            spark,
            options("stopped", STOP, "stages.0.epochs=9"),
            new PrintStream(console, true, StandardCharsets.UTF_8));
    // three epochs of six steps instead of nine, then the second stage
    assertThat(result.iteration()).isEqualTo(3 * 6 + 6);
    assertThat(state(result).cursor().stage()).isEqualTo(2);
    assertThat(console.toString(StandardCharsets.UTF_8))
        .contains("stage 'first' stops in epoch 3: top1 has not become better than");
    assertThat(Files.readString(temporary.resolve("stopped/metrics.jsonl")))
        .containsOnlyOnce("\"event\":\"stop\"")
        .contains("\"validations\":2");
  }

  @Test
  void aStoppedRunThatIsResumedEndsBitForBitAsTheUninterruptedOne() {
    String[] keys = {STOP, "stages.0.epochs=9", "stages.1.from=best", "stages.1.epochs=2"};
    TrainResult whole = TrainJob.run(spark, options("whole", keys), Console.silent());
    for (int lines : new int[] {5, 8, 11, 15}) {
      String output = "halves-" + lines;
      assertThatThrownBy(
              () -> TrainJob.run(spark, options(output, keys), Console.interrupting(lines)))
          .hasMessage("interrupted");
      TrainResult halves = TrainJob.run(spark, options(output, keys), Console.silent());
      assertThat(state(halves)).isEqualTo(state(whole));
    }
  }

  @Test
  void aStageMayBeginWithTheBestCheckpoint() {
    // a rate that spoils the parameters after the first epoch makes the first checkpoint the best
    String[] keys = {
      "stages.0.epochs=3",
      "stages.0.schedule={type: step, every: 1, factor: 1000}",
      "stages.0.optimizer.lr=0.0001",
      "stages.1.from=best",
      "stages.1.optimizer.lr=1.0e-30",
      "checkpoints.keep=20"
    };
    ByteArrayOutputStream console = new ByteArrayOutputStream();
    TrainResult result =
        TrainJob.run(
            spark, options("best", keys), new PrintStream(console, true, StandardCharsets.UTF_8));
    String best =
        console
            .toString(StandardCharsets.UTF_8)
            .lines()
            .filter(line -> line.startsWith("stage 'second' begins with the best checkpoint, "))
            .map(line -> line.substring(line.lastIndexOf(' ') + 1))
            .findFirst()
            .orElseThrow();
    assertThat(best).doesNotContain("step-000000000018");
    // all but the running statistics stay where the second stage does not move them
    FlatVector from = Checkpoint.open(best, CONF).model();
    FlatVector to = state(result).parameters();
    assertThat(from.at(0)).isEqualTo(to.at(0));
  }

  @Test
  void furtherValidationsChangeNoBit() throws IOException {
    TrainResult few = TrainJob.run(spark, options("few"), Console.silent());
    String[] keys = {"evaluation.every-steps=3"};
    TrainResult many = TrainJob.run(spark, options("many", keys), Console.silent());
    assertThat(state(many).parameters()).isEqualTo(state(few).parameters());
    assertThat(state(many).optimizer()).isEqualTo(state(few).optimizer());
    assertThat(evaluations("few")).isEqualTo(3);
    assertThat(evaluations("many")).isEqualTo(6);
    assertThatThrownBy(
            () -> TrainJob.run(spark, options("many-halves", keys), Console.interrupting(4)))
        .hasMessage("interrupted");
    TrainResult halves = TrainJob.run(spark, options("many-halves", keys), Console.silent());
    assertThat(state(halves)).isEqualTo(state(many));
  }

  private long evaluations(String output) throws IOException {
    return Files.readAllLines(temporary.resolve(output).resolve("metrics.jsonl")).stream()
        .filter(line -> line.contains("\"evaluation\""))
        .count();
  }

  @Test
  void withoutAValidationSetNothingCanBeFollowed() {
    for (String key : List.of(STOP, "stages.1.from=best")) {
      assertThatThrownBy(
              () ->
                  TrainJob.run(
                      spark,
                      options("none", Optional.empty(), TrainOptions.Existing.RESUME, key),
                      Console.silent()))
          .isInstanceOfSatisfying(
              LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.USAGE))
          .hasMessageContaining("add --validation DIR");
    }
    assertThat(temporary.resolve("none/checkpoints")).doesNotExist();
  }

  @Test
  void aMetricThatTheValidationSetDoesNotCountIsRefused() throws IOException {
    String reds = temporary.resolve("reds").toString();
    ToyDataset.publish(reds, 4, 3, CONF);
    String few = "stages.0.stop={metric: few, patience: 2}";
    assertThatThrownBy(
            () ->
                TrainJob.run(
                    spark,
                    options("few-shot", Optional.of(reds), TrainOptions.Existing.RESUME, few),
                    Console.silent()))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("no image of a few-shot class");
  }

  @Test
  void whatAStopFollowsMayNotChangeWhenTheRunIsResumed() {
    TrainJob.run(spark, options("changed", STOP), Console.silent());
    assertThatThrownBy(
            () ->
                TrainJob.run(
                    spark, options("changed", STOP, "evaluation.every-epochs=2"), Console.silent()))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("evaluation.every-epochs was 1, is 2");
  }

  @Test
  void aFinishedRunIsExtendedFromItsLastState() {
    String[] flat = {"stages.1.schedule=constant"};
    String[] longer = {"stages.1.schedule=constant", "stages.1.epochs=2"};
    TrainResult one = TrainJob.run(spark, options("longer", flat), Console.silent());
    assertThatThrownBy(() -> TrainJob.run(spark, options("longer", longer), Console.silent()))
        .hasMessageContaining("stages.1.epochs was 1, is 2");
    TrainOptions extending =
        options(
            "longer",
            Optional.of(shared.resolve("validation").toString()),
            TrainOptions.Existing.EXTEND,
            longer);
    TrainResult two = TrainJob.run(spark, extending, Console.silent());
    assertThat(one.iteration()).isEqualTo(18);
    assertThat(two.iteration()).isEqualTo(24);
    // with a constant rate that is the run of two epochs
    TrainResult whole = TrainJob.run(spark, options("whole-longer", longer), Console.silent());
    assertThat(state(two).parameters()).isEqualTo(state(whole).parameters());
    // again, there is nothing to do
    assertThat(TrainJob.run(spark, extending, Console.silent()).iteration()).isEqualTo(24);
  }

  @Test
  void aRunThatStoppedEarlyIsNotExtended() {
    String last = "stages.1.stop={metric: loss, patience: 1, min-delta: 100}";
    TrainJob.run(spark, options("early", last, "stages.1.epochs=5"), Console.silent());
    assertThatThrownBy(
            () ->
                TrainJob.run(
                    spark,
                    options(
                        "early",
                        Optional.of(shared.resolve("validation").toString()),
                        TrainOptions.Existing.EXTEND,
                        last,
                        "stages.1.epochs=7"),
                    Console.silent()))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("stopped early");
  }
}

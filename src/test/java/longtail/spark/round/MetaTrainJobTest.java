package longtail.spark.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import longtail.LongTailException;
import longtail.spark.Console;
import longtail.spark.LocalSpark;
import longtail.spark.ToyDataset;
import longtail.spark.evaluate.EvaluateJob;
import longtail.spark.evaluate.EvaluateOptions;
import longtail.train.checkpoint.Checkpoint;
import longtail.train.checkpoint.PreprocessingChoice;
import longtail.train.checkpoint.TrainingState;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Methods that learn from a meta set, in rounds of several workers. */
@Tag("spark")
class MetaTrainJobTest {
  private static final Configuration CONF = new Configuration();

  @TempDir static Path shared;
  @TempDir Path temporary;
  private static JavaSparkContext spark;

  @BeforeAll
  static void start() throws IOException {
    spark = LocalSpark.shared();
    ToyDataset.publish(shared.resolve("train").toString(), 48, 1, CONF);
    ToyDataset.publishBalanced(shared.resolve("train-meta").toString(), 12, 3, CONF);
  }

  private TrainOptions options(String output, ToyDataset.Meta learning) {
    return options(output, learning, 2);
  }

  private TrainOptions options(
      String output, ToyDataset.Meta learning, int workers, String... overrides) {
    return new TrainOptions(
        learning.experiment(overrides),
        shared.resolve("train").toString(),
        Optional.empty(),
        temporary.resolve(output).toString(),
        OptionalInt.of(workers),
        TrainOptions.Existing.RESUME);
  }

  private static TrainingState state(TrainResult result) {
    return Checkpoint.open(result.latest(), CONF).state();
  }

  @ParameterizedTest
  @EnumSource(ToyDataset.Meta.class)
  void aResumedRunEndsAsTheUninterruptedOneBitForBit(ToyDataset.Meta learning) throws IOException {
    TrainResult whole = TrainJob.run(spark, options("whole", learning), Console.silent());

    assertThatThrownBy(
            () -> TrainJob.run(spark, options("parts", learning), Console.interrupting(6)))
        .hasMessage("interrupted");
    TrainResult parts = TrainJob.run(spark, options("parts", learning), Console.silent());

    assertThat(state(parts)).isEqualTo(state(whole));
    assertThat(state(whole).method()).isNotEmpty();
    List<String> log = Files.readAllLines(temporary.resolve("whole/metrics.jsonl"));
    assertThat(log).anySatisfy(line -> assertThat(line).contains("meta_gradient_norm"));
    assertThat(log)
        .filteredOn(line -> line.contains("\"meta_validation\""))
        // every other round of the second stage, and the end of its epochs
        .hasSize(6)
        .allSatisfy(
            line ->
                assertThat(line)
                    .contains("meta_validation_loss", "meta_validation_few", "by_class"))
        .isEqualTo(metaValidations("parts"));
  }

  @ParameterizedTest
  @EnumSource(names = "LOCAL_METASAUG", mode = EnumSource.Mode.EXCLUDE)
  void stepsThatWorkersTakeTogetherEndWhereThoseOfOneEnd(ToyDataset.Meta learning) {
    String[] together = {"averaging.scope=step", "model.precision=float64"};
    TrainingState one =
        state(TrainJob.run(spark, options("one", learning, 1, together), Console.silent()));
    TrainingState two =
        state(TrainJob.run(spark, options("two", learning, 2, together), Console.silent()));
    assertThat(two.cursor()).isEqualTo(one.cursor());
    assertThat(two.parameters().toArray().toDoubleVector())
        .containsExactly(one.parameters().toArray().toDoubleVector(), within(1e-9));
  }

  private List<String> metaValidations(String output) throws IOException {
    return Files.readAllLines(temporary.resolve(output).resolve("metrics.jsonl")).stream()
        .filter(line -> line.contains("\"meta_validation\""))
        .toList();
  }

  @Test
  void imagesArePreparedWhileItTrainsAsTheSavedModelPreparesThem() throws IOException {
    TrainResult run =
        TrainJob.run(
            spark,
            options(
                "prepared",
                ToyDataset.Meta.METASAUG,
                2,
                "evaluation.transforms=[{type: fit, size: 12, share: 1.0}]",
                "data.normalization=cifar"),
            Console.silent());
    List<String> validations = metaValidations("prepared");
    double loss =
        new ObjectMapper()
            .readTree(validations.get(validations.size() - 1))
            .get("meta_validation_loss")
            .asDouble();
    assertThat(loss(run, PreprocessingChoice.AS_SAVED)).isCloseTo(loss, within(1e-6));
    PreprocessingChoice asTheyAre =
        new PreprocessingChoice(OptionalInt.of(8), Optional.empty(), Optional.empty());
    assertThat(loss(run, asTheyAre)).isNotCloseTo(loss, within(1e-3));
  }

  private double loss(TrainResult run, PreprocessingChoice preprocessing) {
    EvaluateOptions options =
        EvaluateOptions.of(
                run.latest(),
                shared.resolve("train-meta").toString(),
                temporary.resolve("evaluation").toString())
            .with()
            .preprocessing(preprocessing)
            .workers(OptionalInt.of(2))
            .options();
    return EvaluateJob.run(spark, options).report().summary().negativeLogLikelihood();
  }

  @Test
  void statisticsOfEachWorkerAreThoseOfAsManyWorkers() {
    ToyDataset.Meta local = ToyDataset.Meta.LOCAL_METASAUG;
    assertThatThrownBy(() -> TrainJob.run(spark, options("local", local), Console.interrupting(6)))
        .hasMessage("interrupted");
    assertThatThrownBy(() -> TrainJob.run(spark, options("local", local, 1), Console.silent()))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("cannot go on with 1: use --workers 2");
  }

  @Test
  void theRatesAreLoggedByGroup() throws IOException {
    TrainJob.run(spark, options("rates", ToyDataset.Meta.BALANCED_META_SOFTMAX), Console.silent());
    assertThat(Files.readString(temporary.resolve("rates/metrics.jsonl")))
        .contains("sample_rate_many", "sample_rate_medium", "sample_rate_few");
    assertThat(Files.readString(temporary.resolve("rates/training.html")))
        .contains("Training loss", "Sample rates", "Size of the meta-gradient");
  }

  @Test
  void aMissingMetaSetIsSaidBeforeAnythingStarts() {
    TrainOptions without =
        new TrainOptions(
            ToyDataset.Meta.METASAUG.experiment("data.meta=" + shared.resolve("nowhere")),
            shared.resolve("train").toString(),
            Optional.empty(),
            temporary.resolve("none").toString(),
            OptionalInt.of(2),
            TrainOptions.Existing.RESUME);
    assertThatThrownBy(() -> TrainJob.run(spark, without, Console.silent()))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("meta set");
  }
}

package longtail.spark.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import longtail.LongTailException;
import longtail.eval.NearestClassMean;
import longtail.eval.NearestClassMean.Mode;
import longtail.eval.NearestClassMean.Similarity;
import longtail.image.augment.Pipeline;
import longtail.nn.Network;
import longtail.shard.NetworkOutput;
import longtail.shard.Samples;
import longtail.shard.ShardedDataset;
import longtail.spark.ToyEvaluation;
import longtail.train.checkpoint.CheckpointChoice;
import longtail.train.checkpoint.Checkpoints;
import longtail.train.checkpoint.SavedModel;
import longtail.train.experiment.CheckpointPlan;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Evaluation by class means of the training set's features. */
@Tag("spark")
class NearestMeanJobTest {
  private static final Configuration CONF = ToyEvaluation.CONF;
  private static final CheckpointPlan KEEP_ALL =
      new CheckpointPlan(1, Optional.empty(), 9, CheckpointPlan.Metric.MEAN_CLASS_ACCURACY);

  @TempDir private static Path directory;
  private static ToyEvaluation toy;

  @BeforeAll
  static void prepare() throws IOException {
    toy = ToyEvaluation.in(directory);
  }

  @Test
  void theNearestClassMeanDoesNotDependOnTheNumberOfTasks() throws IOException {
    Map<Mode, Similarity> pairs =
        Map.of(
            Mode.PLAIN, Similarity.EUCLIDEAN,
            Mode.NORMALIZED, Similarity.PRODUCT,
            Mode.CENTERED, Similarity.COSINE);
    for (Mode mode : Mode.values()) {
      Similarity similarity = pairs.get(mode);
      List<String> expected = expected(mode, similarity);
      for (int tasks : new int[] {1, 3}) {
        String output = "nearest-%s-%d".formatted(mode, tasks);
        EvaluateResult result =
            nearest(
                "run",
                new NearestMeanOptions(mode, similarity, Optional.of(toy.data("training"))),
                output,
                OptionalInt.of(tasks));
        assertThat(result.report().summary().name()).isEqualTo("toy nearest class mean");
        assertThat(toy.predictions(output).stream().map(NearestMeanJobTest::imageAndPrediction))
            .containsExactlyElementsOf(expected);
      }
    }
  }

  private static String imageAndPrediction(String row) {
    return row.replaceAll("^(\\S+) \\S+ (\\S+) .*$", "$1 $2");
  }

  @Test
  void withoutARecordOfTheTrainingSetItMustBeGiven() {
    assertThatThrownBy(() -> nearest("run", Optional.empty(), "unknown", OptionalInt.of(1)))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("does not name one")
        .hasMessageContaining("--means-from");
  }

  @Test
  void theTrainingSetOfTheRunIsTheUsualOneUnlessItHasChanged() throws IOException {
    Path run = toy.path("recorded");
    try (Network network = toy.checkpoint().experiment().network(toy.training())) {
      Checkpoints.of(run.resolve("checkpoints").toString(), KEEP_ALL, CONF)
          .save(
              toy.checkpoint().state(),
              network,
              toy.checkpoint().experiment(),
              toy.training(),
              1,
              Map.of());
    }
    Files.writeString(
        run.resolve("run.json"), "{\"data\": \"%s\"}".formatted(toy.data("training")));
    nearest("recorded", Optional.empty(), "found", OptionalInt.of(2));
    nearest("recorded", Optional.of(toy.data("training")), "given", OptionalInt.of(2));
    assertThat(toy.predictions("found")).isEqualTo(toy.predictions("given"));
    toy.publish("later", ToyEvaluation.CLASSES, ToyEvaluation.IMAGES - 1);
    Files.writeString(run.resolve("run.json"), "{\"data\": \"%s\"}".formatted(toy.data("later")));
    assertThatThrownBy(() -> nearest("recorded", Optional.empty(), "changed", OptionalInt.of(1)))
        .hasMessageContaining("has changed");
    Files.writeString(run.resolve("run.json"), "{\"data\": \"%s\"}".formatted(toy.data("gone")));
    assertThatThrownBy(() -> nearest("recorded", Optional.empty(), "gone", OptionalInt.of(1)))
        .hasMessageContaining("is no more at")
        .hasMessageContaining("--means-from");
  }

  private static EvaluateResult nearest(
      String model, Optional<String> meansFrom, String output, OptionalInt workers) {
    return nearest(
        model,
        new NearestMeanOptions(Mode.CENTERED, Similarity.EUCLIDEAN, meansFrom),
        output,
        workers);
  }

  private static EvaluateResult nearest(
      String model, NearestMeanOptions options, String output, OptionalInt workers) {
    return EvaluateJob.run(
        toy.spark(),
        EvaluateOptions.of(toy.path(model).toString(), toy.data("test"), toy.output(output))
            .with()
            .batchSize(8)
            .workers(workers)
            .nearestMean(Optional.of(options))
            .options());
  }

  /** Image and prediction of the test set, by means over the training set in this process. */
  private static List<String> expected(Mode mode, Similarity similarity) throws IOException {
    List<double[]> features = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    visit(
        "training",
        (samples, row, feature) -> {
          features.add(feature);
          labels.add(samples.label(row));
        });
    NearestClassMean means =
        NearestClassMean.fit(
            features.toArray(double[][]::new),
            labels.stream().mapToInt(i -> i).toArray(),
            ToyEvaluation.CLASSES.size(),
            mode);
    List<String> expected = new ArrayList<>();
    visit(
        "test",
        (samples, row, feature) -> {
          double[] logits = means.logits(feature, similarity);
          int best =
              IntStream.range(0, logits.length)
                  .reduce((a, b) -> logits[b] > logits[a] ? b : a)
                  .orElseThrow();
          expected.add(samples.imageId(row) + " " + best);
        });
    return expected;
  }

  private interface Row {
    void accept(Samples samples, int row, double... feature);
  }

  private static void visit(String data, Row sink) throws IOException {
    SavedModel model = SavedModel.find(toy.checkpoint().directory(), CheckpointChoice.LATEST, CONF);
    Scorer.View view =
        new Scorer.View(
            Pipeline.of(
                List.of(), toy.training().normalization(), ToyEvaluation.SIZE, ToyEvaluation.SIZE),
            8);
    ShardedDataset dataset = ShardedDataset.open(toy.data(data), CONF);
    try (Scorer scorer = new Scorer(dataset, view, 0, CONF);
        Network network = model.network(CONF)) {
      scorer
          .outputs(network, 0, 1, EnumSet.of(NetworkOutput.FEATURES))
          .forEachRemaining(
              batch -> {
                float[][] features = batch.of().get(NetworkOutput.FEATURES);
                for (int i = 0; i < features.length; i++) {
                  sink.accept(
                      dataset.samples(), batch.rows()[i], NearestClassMean.doubles(features[i]));
                }
              });
    }
  }
}

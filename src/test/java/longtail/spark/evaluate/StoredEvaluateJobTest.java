package longtail.spark.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import longtail.LongTailException;
import longtail.dataset.ClassCounts;
import longtail.eval.NearestClassMean.Mode;
import longtail.eval.NearestClassMean.Similarity;
import longtail.eval.OpenSet;
import longtail.eval.OpenSetResult;
import longtail.report.EvaluationReport;
import longtail.report.EvaluationSummary;
import longtail.spark.ToyEvaluation;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one pass over the images stored is scored as often as wanted, without the model. */
@Tag("spark")
class StoredEvaluateJobTest {
  private static final PostHoc SWEEP = new PostHoc(List.of(0.0, 0.5, 1.0), 0.7);
  private static final Optional<TrainingCounts> COUNTS =
      Optional.of(TrainingCounts.of(ClassCounts.of(500, 40, 3)));

  private static final int STRANGERS = 7;

  /** Little above the probability of a choice between three classes at random. */
  private static final double THRESHOLD = 0.36;

  @TempDir private static Path directory;
  private static ToyEvaluation toy;

  @BeforeAll
  static void store() throws IOException {
    toy = ToyEvaluation.in(directory);
    toy.publish("strangers", List.of("fog", "sea", "sky", "ice"), STRANGERS);
    scored("test", "plain", PostHoc.NOTHING, OutputStore.all(toy.output("stored")));
    scored("training", "unused", PostHoc.NOTHING, OutputStore.all(toy.output("stored-training")));
  }

  @Test
  void storedLogitsGiveTheFiguresOfTheModel() throws IOException {
    EvaluationSummary model =
        EvaluationReport.read(toy.output("plain"), ToyEvaluation.CONF).summary();
    for (int tasks : new int[] {1, 3}) {
      String output = "again-" + tasks;
      EvaluationSummary again =
          stored(output, tasks, PostHoc.NOTHING, Optional.empty()).report().summary();
      assertSameFigures(again, model);
      assertThat(again.name()).isEqualTo("toy");
      assertThat(again.facts()).containsAllEntriesOf(model.facts()).containsKey("outputs");
      assertThat(toy.predictions(output))
          .containsExactlyInAnyOrderElementsOf(toy.predictions("plain"));
    }
  }

  @Test
  void imagesOfNoClassAreScoredInTheSamePassAndCountForTheOpenSetAlone() throws IOException {
    EvaluationSummary summary =
        EvaluationReport.read(toy.output("plain"), ToyEvaluation.CONF).summary();
    assertThat(summary.samples()).isEqualTo(ToyEvaluation.IMAGES);
    OpenSetResult open = summary.openSet().orElseThrow();
    assertThat(open.samples()).isEqualTo(STRANGERS);
    assertThat(open.threshold()).isEqualTo(THRESHOLD);
    List<String> rows = toy.predictions("plain");
    assertThat(rows).hasSize(ToyEvaluation.IMAGES + STRANGERS);
    assertThat(rows.stream().filter(row -> row.contains(" %d ".formatted(OpenSet.UNKNOWN))))
        .hasSize(STRANGERS);
    assertThat(open.knownAccuracy()).isLessThanOrEqualTo(summary.top1());
  }

  @Test
  void powersAndAdjustmentsAreSweptWithoutTheModel() {
    EvaluateResult model = scored("test", "model-sweep", SWEEP, OutputStore.NOTHING);
    EvaluateResult stored = stored("stored-sweep", 2, SWEEP, Optional.empty());
    assertThat(stored.reports()).hasSize(3);
    for (int i = 0; i < 3; i++) {
      EvaluationSummary expected = model.reports().get(i).summary();
      EvaluationSummary actual = stored.reports().get(i).summary();
      assertThat(actual.name()).isEqualTo(expected.name());
      assertSameFigures(actual, expected);
    }
    assertThat(toy.path("stored-sweep/tau-0.5/report.html")).exists();
  }

  @Test
  void classMeansComeFromStoredFeatures() throws IOException {
    NearestMeanOptions fromImages =
        new NearestMeanOptions(Mode.CENTERED, Similarity.COSINE, Optional.of(toy.data("training")));
    EvaluateResult model =
        EvaluateJob.run(
            toy.spark(), options("test", "model-means", PostHoc.NOTHING, Optional.of(fromImages)));
    NearestMeanOptions fromStored =
        new NearestMeanOptions(
            Mode.CENTERED, Similarity.COSINE, Optional.of(toy.output("stored-training")));
    EvaluateResult stored = stored("stored-means", 2, PostHoc.NOTHING, Optional.of(fromStored));
    assertThat(stored.report().summary().name()).isEqualTo("toy nearest class mean");
    assertThat(stored.report().summary().classes()).isEqualTo(model.report().summary().classes());
    assertThat(toy.predictions("stored-means"))
        .containsExactlyInAnyOrderElementsOf(toy.predictions("model-means"));
  }

  @Test
  void logitsAloneAreNotEnoughForClassMeans() {
    scored("test", "few", PostHoc.NOTHING, OutputStore.logits(toy.output("logits-only")));
    assertThat(toy.path("logits-only/features.parquet")).doesNotExist();
    NearestMeanOptions means =
        new NearestMeanOptions(
            Mode.PLAIN, Similarity.COSINE, Optional.of(toy.output("stored-training")));
    assertThatThrownBy(
            () ->
                StoredEvaluateJob.run(
                    toy.spark(),
                    new StoredEvaluateOptions(
                        toy.output("logits-only"),
                        toy.output("refused"),
                        OptionalInt.of(1),
                        COUNTS,
                        Optional.empty(),
                        PostHoc.NOTHING,
                        OpenSet.USUAL_THRESHOLD,
                        Optional.of(means))))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("only [logits] were kept")
        .hasMessageContaining("--store");
  }

  @Test
  void aDirectoryWithoutStoredOutputsAndALostFileAreNamed() throws IOException {
    assertThatThrownBy(() -> fromDirectory("nowhere"))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("outputs.json")
        .hasMessageContaining("--store");
    scored("test", "lossy", PostHoc.NOTHING, OutputStore.logits(toy.output("lost")));
    try (var files = Files.list(toy.path("lost/logits.parquet"))) {
      Files.delete(files.sorted().findFirst().orElseThrow());
    }
    assertThatThrownBy(() -> fromDirectory("lost"))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("%d were stored".formatted(ToyEvaluation.IMAGES));
  }

  private static void fromDirectory(String name) {
    StoredEvaluateJob.run(
        toy.spark(),
        new StoredEvaluateOptions(
            toy.output(name),
            toy.output("from-" + name),
            OptionalInt.of(1),
            COUNTS,
            Optional.empty(),
            PostHoc.NOTHING,
            OpenSet.USUAL_THRESHOLD,
            Optional.empty()));
  }

  private static void assertSameFigures(EvaluationSummary actual, EvaluationSummary expected) {
    assertThat(actual.classes()).isEqualTo(expected.classes());
    assertThat(actual.top5()).isEqualTo(expected.top5());
    assertThat(actual.negativeLogLikelihood()).isEqualTo(expected.negativeLogLikelihood());
    assertThat(actual.reliability()).isEqualTo(expected.reliability());
    assertThat(actual.macroF1()).isEqualTo(expected.macroF1());
    assertThat(actual.openSet()).isPresent().isEqualTo(expected.openSet());
  }

  private static EvaluateResult stored(
      String output, int tasks, PostHoc postHoc, Optional<NearestMeanOptions> means) {
    return StoredEvaluateJob.run(
        toy.spark(),
        new StoredEvaluateOptions(
            toy.output("stored"),
            toy.output(output),
            OptionalInt.of(tasks),
            COUNTS,
            Optional.empty(),
            postHoc,
            THRESHOLD,
            means));
  }

  private static EvaluateResult scored(
      String data, String output, PostHoc postHoc, OutputStore store) {
    EvaluateOptions plain = options(data, output, postHoc, Optional.empty());
    return EvaluateJob.run(toy.spark(), plain.with().store(store).options());
  }

  private static EvaluateOptions options(
      String data, String output, PostHoc postHoc, Optional<NearestMeanOptions> means) {
    return EvaluateOptions.of(toy.output("run"), toy.data(data), toy.output(output))
        .with()
        .batchSize(8)
        .workers(OptionalInt.of(2))
        .counts(COUNTS)
        .postHoc(postHoc)
        .openSet(new OpenSetOptions(Optional.of(toy.data("strangers")), THRESHOLD))
        .nearestMean(means)
        .options();
  }
}

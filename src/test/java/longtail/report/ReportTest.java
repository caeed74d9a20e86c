package longtail.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import longtail.LongTailException;
import longtail.RandomStreams;
import longtail.dataset.ClassCounts;
import longtail.dataset.Shots;
import longtail.eval.ClassAccuracies;
import longtail.eval.Evaluation;
import longtail.eval.Predictions;
import longtail.eval.TestDistribution;
import longtail.eval.TestDistribution.Direction;
import longtail.image.RgbImage;
import longtail.image.codec.ImageCodec;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReportTest {
  private static final Configuration CONF = new Configuration();

  @TempDir private Path directory;

  @Test
  void figuresAreFractionsUnderTheirAgreedKeys() throws IOException {
    Evaluation evaluation = longTailed(20, 0.5, 1);
    report("model <a>", evaluation);
    JsonNode json =
        new ObjectMapper()
            .readTree(directory.resolve("model <a>").resolve("evaluation.json").toFile());
    assertThat(json.path("top1").asDouble()).isEqualTo(evaluation.top1());
    assertThat(json.path("top5").asDouble()).isEqualTo(evaluation.top5());
    assertThat(json.path("top_k")).hasSize(evaluation.classes().size());
    assertThat(json.path("top_k").path(1).asDouble()).isEqualTo(evaluation.topK().get(1));
    assertThat(json.path("mean_class_accuracy").asDouble())
        .isEqualTo(evaluation.meanClassAccuracy());
    assertThat(json.path("many").asDouble()).isEqualTo(evaluation.many());
    assertThat(json.path("medium").asDouble()).isEqualTo(evaluation.medium());
    assertThat(json.path("few").asDouble()).isEqualTo(evaluation.few());
    assertThat(json.path("per_class")).hasSize(20);
    ClassAccuracies accuracies = evaluation.classAccuracies();
    assertThat(json.path("harmonic_mean").asDouble()).isEqualTo(accuracies.harmonicMean());
    assertThat(json.path("geometric_mean").asDouble()).isEqualTo(accuracies.geometricMean());
    assertThat(json.path("worst_class").path("accuracy").asDouble())
        .isEqualTo(accuracies.worst().orElseThrow().accuracy());
    assertThat(json.path("test_distributions")).hasSize(11);
    assertThat(json.path("test_distributions").path(0).path("accuracy").asDouble())
        .isEqualTo(accuracies.under(new TestDistribution(Direction.FORWARD, 50)));
    assertThat(json.path("nll").isNull()).as("answers without scores").isTrue();
    assertThat(json.path("reliability")).isEmpty();
  }

  @Test
  void theReliabilityIsWrittenAndDrawnWhereProbabilitiesAreKnown() throws IOException {
    SplittableRandom random = RandomStreams.of(5);
    Predictions predictions = Predictions.of(2);
    for (int i = 0; i < 200; i++) {
      predictions.add(random.nextInt(2), new float[] {(float) random.nextDouble(-4, 4), 0});
      predictions.addUnknown(new float[] {(float) random.nextDouble(-1, 1), 0});
    }
    Evaluation evaluation = Evaluation.of(predictions, ClassCounts.of(9, 1), Shots.USUAL);
    EvaluationReport written = report("sure", evaluation);
    JsonNode json = new ObjectMapper().readTree(directory.resolve("sure/evaluation.json").toFile());
    double error = 0;
    for (JsonNode bin : json.path("reliability")) {
      double correct = bin.path("correct").asDouble();
      error += Math.abs(correct - bin.path("count").asDouble() * bin.path("confidence").asDouble());
    }
    assertThat(error / 200).isCloseTo(json.path("ece").asDouble(), within(1e-15));
    assertThat(json.path("open_set").path("f_measure").asDouble())
        .isEqualTo(evaluation.openSet().orElseThrow().fMeasure());
    assertThat(ConsoleTable.of(List.of(written.summary())).lines().findFirst().orElseThrow())
        .endsWith("open-set F  unknown rejected");
    assertThat(json.path("nll").asDouble()).isEqualTo(evaluation.negativeLogLikelihood());
    EvaluationReport read = EvaluationReport.read(directory.resolve("sure").toString(), CONF);
    assertThat(read.summary()).isEqualTo(written.summary());
    assertThat(Files.readString(directory.resolve("sure/report.html")))
        .contains(
            "open-set F-measure",
            "Reliability",
            "negative log-likelihood",
            "worst class, %: class");
  }

  @Test
  void thePageSaysWhyTheHarmonicMeanIsZero() throws IOException {
    Predictions predictions = Predictions.of(2, new int[] {0, 1}, new int[] {0, 0});
    report("zero", Evaluation.of(predictions, ClassCounts.of(9, 1), Shots.USUAL));
    assertThat(Files.readString(directory.resolve("zero/report.html")))
        .contains("Never recognised: 1 of 2 tested classes")
        .doesNotContain("<h2>Reliability");
  }

  @Test
  void aReportIsReadBack() {
    EvaluationReport written = report("model", longTailed(20, 0.5, 1));
    EvaluationReport read = EvaluationReport.read(directory.resolve("model").toString(), CONF);
    assertThat(read.summary()).isEqualTo(written.summary());
    assertThat(read.confusions().orElseThrow().matrix().cells())
        .isEqualTo(written.confusions().orElseThrow().matrix().cells());
    assertThatThrownBy(() -> EvaluationReport.read(directory + "/nothing", CONF))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("evaluation.json does not exist");
  }

  @Test
  void theTableOfClassesHasOneLineEach() throws IOException {
    report("model", longTailed(5, 0.5, 1));
    List<String> lines =
        Files.readAllLines(directory.resolve("model").resolve(EvaluationReport.PER_CLASS));
    assertThat(lines).hasSize(6);
    assertThat(lines.get(0))
        .isEqualTo("class,name,group,training,test,correct,accuracy,precision,f1");
    assertThat(lines.get(4)).startsWith("3,\"class \"\"3\"\", rare\",");
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 10, 31, 1000, 2500})
  void theConfusionMatrixIsAPictureOfBoundedSize(int classes) throws IOException {
    RgbImage image = ConfusionImage.draw(longTailed(classes, 0.5, 1));
    assertThat(image.width()).isBetween(200, 1300);
    assertThat(image.height()).isBetween(150, 1300);
    assertThat(ImageCodec.decode(ImageCodec.png(image))).isEqualTo(image);
  }

  @Test
  void pagesNeedNoOtherFileAndEscapeNames() throws IOException {
    EvaluationReport one = report("model <a>", longTailed(20, 0.4, 1));
    EvaluationReport other = report("model b", longTailed(20, 0.7, 2));
    MetricsLog log = MetricsLog.open(directory.resolve("metrics.jsonl").toString(), CONF);
    IntStream.range(0, 50)
        .forEach(i -> log.append(Map.of("iteration", i, "loss", 3.0 / (i + 1), "lr", 0.1)));
    Path page = directory.resolve("comparison.html");
    RunComparison.of(
            List.of(
                RunComparison.Entry.of(one, log),
                new RunComparison.Entry(
                    "model b", Optional.of(other), Optional.empty(), Optional.empty())))
        .write(page.toString(), "Two losses", CONF);
    for (Path html : List.of(page, directory.resolve("model <a>").resolve("report.html"))) {
      String text = Files.readString(html);
      assertThat(text).contains("model &lt;a&gt;").doesNotContain("model <a>");
      assertThat(text).contains("<svg").contains("class=\"confusion\"");
      assertThat(text).doesNotContain("http://").doesNotContain("https://");
      assertThat(text).contains("@media (max-width: 600px)");
    }
    assertThat(Files.readString(page)).contains("Training loss").contains("class=\"best\"");
  }

  @Test
  void theTrendOfMetaLearningIsOnThePage() throws IOException {
    MetricsLog log = MetricsLog.open(directory.resolve("meta.jsonl").toString(), CONF);
    for (int i = 0; i < 3; i++) {
      log.append(
          Map.of(
              "iteration",
              i,
              "meta_loss",
              2.0 - i,
              "meta_gradient_norm",
              0.1 * i,
              "covariance_norm",
              1.0 + i,
              "sample_rate_many",
              0.5 - 0.1 * i,
              "sample_rate_few",
              0.5 + 0.1 * i));
    }
    Path page = directory.resolve("trend.html");
    EvaluationReport report = report("meta", longTailed(20, 0.4, 1));
    RunComparison.of(List.of(RunComparison.Entry.of(report, log)))
        .write(page.toString(), "Trend", CONF);
    assertThat(Files.readString(page))
        .contains(
            "Loss of the meta batches",
            "Size of the meta-gradient",
            "Covariances of the classes",
            "Sample rate of the many-shot classes",
            "Sample rate of the few-shot classes")
        .doesNotContain("medium-shot", "Training loss");
    TrainingPage.write(directory.toString(), "run <b>", log, CONF);
    assertThat(Files.readString(directory.resolve(TrainingPage.PAGE)))
        .contains(
            "run &lt;b&gt;",
            "Loss on the meta set",
            "Size of the meta-gradient",
            "Covariances of the classes",
            "Sample rates",
            "</i>few</span>")
        .doesNotContain("Training loss", "Accuracy", "</i>medium</span>", "run <b>");
  }

  @Test
  void theConsoleTableIsAligned() {
    String table =
        ConsoleTable.of(
            List.of(
                report("a", longTailed(20, 0.4, 1)).summary(),
                report("a long name", longTailed(20, 1.0, 2)).summary()));
    List<String> lines = table.lines().toList();
    assertThat(lines).hasSize(4);
    assertThat(lines).allMatch(line -> line.length() == lines.get(0).length());
    assertThat(lines.get(3)).startsWith("a long name").contains("100.0");
  }

  @Test
  void eventsAreAppendedAndReadBack() {
    String path = directory.resolve("deep").resolve("metrics.jsonl").toString();
    assertThat(MetricsLog.open(path, CONF).read()).isEmpty();
    MetricsLog.open(path, CONF).append(Map.of("round", 1, "loss", 0.5));
    MetricsLog.open(path, CONF).append(Map.of("round", 2, "loss", Double.NaN));
    MetricsLog log = MetricsLog.open(path, CONF);
    assertThat(log.read()).hasSize(2);
    assertThat(log.read().get(0)).containsEntry("round", 1).containsEntry("loss", 0.5);
    log.retain(event -> (Integer) event.get("round") < 2);
    log.append(Map.of("round", 2));
    assertThat(log.read()).extracting(event -> event.get("round")).containsExactly(1, 2);
  }

  @Test
  void aLineThatWasCutOffIsIgnoredOnlyAtTheEnd() throws IOException {
    Path file = directory.resolve("metrics.jsonl");
    Files.writeString(file, "{\"round\":1}\n{\"rou");
    MetricsLog log = MetricsLog.open(file.toString(), CONF);
    assertThat(log.read()).hasSize(1);
    Files.writeString(file, "\n{\"round\":3}\n", StandardOpenOption.APPEND);
    assertThatThrownBy(log::read).hasMessageContaining("line 2 is not a JSON object");
  }

  private EvaluationReport report(String name, Evaluation evaluation) {
    List<String> names =
        evaluation.classes().stream()
            .map(c -> c.label() == 3 ? "class \"3\", rare" : "class " + c.label())
            .toList();
    return EvaluationReport.write(
        directory.resolve(name).toString(),
        name,
        Map.of("data", "a drawn set"),
        names,
        evaluation,
        List.of(),
        CONF);
  }

  /** Frequent classes are recognised; rare ones less so, and taken for frequent ones. */
  private static Evaluation longTailed(int classes, double tail, long seed) {
    SplittableRandom random = RandomStreams.of(seed);
    int[] training = new int[classes];
    Predictions predictions = Predictions.of(classes);
    for (int c = 0; c < classes; c++) {
      double place = (double) c / Math.max(1, classes - 1);
      training[c] = (int) Math.round(500 * Math.pow(0.01, place));
      double accuracy = 1 - (1 - tail) * place;
      for (int i = 0; i < 20; i++) {
        boolean right = random.nextDouble() < accuracy;
        double u = random.nextDouble();
        int other = (int) (classes * u * u);
        predictions.add(c, right ? c : other, right || other == c ? 0 : random.nextInt(1, 10));
      }
    }
    return Evaluation.of(predictions, ClassCounts.of(training), new Shots(100, 20));
  }
}

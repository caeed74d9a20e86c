package longtail.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import longtail.dataset.ClassCounts;
import longtail.dataset.Shots;
import longtail.eval.Evaluation;
import longtail.eval.Predictions;
import longtail.train.experiment.Published;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepReportTest {
  private static final int TESTED = 10;
  private static final List<SweepRun> RUNS =
      List.of(
          new SweepRun.Finished("plain", 1, figures(10, 2), 100),
          new SweepRun.Finished("plain", 2, figures(8, 4), 120),
          new SweepRun.Finished("<balanced>", 1, figures(6, 6), 90),
          new SweepRun.Failed("<balanced>", 2, "the loss & its gradient are NaN"),
          new SweepRun.Failed("broken", 1, "there is no meta set"),
          new SweepRun.Failed("broken", 2, "there is no meta set"));

  private static final Map<String, Published> PUBLISHED =
      Map.of(
          "plain",
          new Published(
              77.54,
              Optional.empty(),
              Optional.empty(),
              Optional.of(30.0),
              "a paper & its code",
              List.of(new Published.Other(70.5, "its first run"))),
          "broken",
          new Published(
              12,
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              "a second paper",
              List.of()));

  @TempDir private Path directory;

  @Test
  void theTableHasMeanAndDeviationOverTheSeeds() {
    List<String> lines = SweepReport.of(RUNS, Map.of()).table().lines().toList();
    assertThat(lines.get(0).split(" {2,}"))
        .containsExactly("experiment", "runs", "top-1", "many", "medium", "few", "ECE", "images/s");
    assertThat(lines.get(2)).startsWith("plain").contains("90.0 +- 14.1", "30.0 +- 14.1");
    assertThat(lines.get(2)).contains("60.0 +- 0.0", "110 +- 14");
  }

  @Test
  void aFailedRunIsNamedAndTakesNoPartInTheMeans() {
    List<String> lines = SweepReport.of(RUNS, Map.of()).table().lines().toList();
    assertThat(lines.get(3)).startsWith("<balanced>").contains("1 of 2").contains(" 60.0 ");
    assertThat(lines.get(4)).startsWith("broken").contains("0 of 2");
    assertThat(lines)
        .contains(
            "<balanced> seed 2 failed: the loss & its gradient are NaN",
            "broken seed 1 failed: there is no meta set");
  }

  @Test
  void filesHoldEveryRun() throws IOException {
    SweepReport.of(RUNS, Map.of()).write(directory.toString(), "a sweep", new Configuration());
    JsonNode json = new ObjectMapper().readTree(directory.resolve(SweepReport.FIGURES).toFile());
    JsonNode plain = json.path("experiments").path(0);
    assertThat(plain.path("name").asText()).isEqualTo("plain");
    assertThat(plain.path("many").path("mean").asDouble()).isCloseTo(0.9, within(1e-12));
    assertThat(plain.path("many").path("deviation").asDouble())
        .isCloseTo(Math.sqrt(0.02), within(1e-12));
    assertThat(plain.path("medium").path("mean").isNull()).isTrue();
    assertThat(plain.path("runs").path(1).path("few").asDouble()).isEqualTo(0.4);
    JsonNode broken = json.path("experiments").path(2);
    assertThat(broken.path("top1").path("mean").isNull()).isTrue();
    assertThat(broken.path("runs").path(0).path("failure").asText()).contains("meta set");

    List<String> csv = Files.readAllLines(directory.resolve(SweepReport.RUNS));
    assertThat(csv).hasSize(4);
    assertThat(csv.get(0)).startsWith("experiment,seed,top1,many");
    assertThat(csv.get(1)).startsWith("plain,1,0.6,1.0,,0.2,");
  }

  @Test
  void publishedFiguresStandBesideOurs() throws IOException {
    SweepReport report = SweepReport.of(RUNS, PUBLISHED);
    List<String> lines = report.table().lines().toList();
    assertThat(lines.get(0).split(" {2,}"))
        .startsWith("experiment", "runs", "top-1", "published", "difference", "many");
    assertThat(lines.get(2).split(" {2,}")).contains("60.0 +- 0.0", "77.5", "-17.5");
    assertThat(lines.get(3).split(" {2,}")).containsSequence("60.0", "-", "-", "60.0");
    assertThat(lines.get(4).split(" {2,}")).containsSequence("-", "12.0", "-");

    report.write(directory.toString(), "a sweep", new Configuration());
    JsonNode json = new ObjectMapper().readTree(directory.resolve(SweepReport.FIGURES).toFile());
    JsonNode plain = json.path("experiments").path(0);
    assertThat(plain.path("published").path("top1").asDouble()).isEqualTo(0.7754);
    assertThat(plain.path("published").path("few").asDouble()).isEqualTo(0.3);
    assertThat(plain.path("published").has("many")).isFalse();
    assertThat(plain.path("published").path("source").asText()).isEqualTo("a paper & its code");
    assertThat(plain.path("published").path("others").path(0).path("top1").asDouble())
        .isEqualTo(0.705);
    assertThat(plain.path("difference").asDouble()).isCloseTo(-0.1754, within(1e-12));
    assertThat(json.path("experiments").path(1).has("published")).isFalse();
    assertThat(json.path("experiments").path(2).path("difference").isNull()).isTrue();

    List<String> csv = Files.readAllLines(directory.resolve(SweepReport.RUNS));
    assertThat(csv.get(0)).endsWith(",images_per_second,published,difference");
    assertThat(csv.get(1)).contains(",100.0,0.7754,-0.175");
    assertThat(csv.get(3)).endsWith(",90.0,,");
    assertThat(Files.readString(directory.resolve(SweepReport.PAGE)))
        .contains("<th>published</th><th>difference</th>")
        .contains("Published by a paper &amp; its code: plain")
        .contains("plain, also published: 70.5 by its first run");
  }

  @Test
  void aSweepWithoutPublishedFiguresHasNoColumnsForThem() throws IOException {
    SweepReport.of(RUNS, Map.of()).write(directory.toString(), "a sweep", new Configuration());
    for (String file : List.of(SweepReport.FIGURES, SweepReport.RUNS, SweepReport.PAGE)) {
      assertThat(directory.resolve(file))
          .content()
          .doesNotContainIgnoringCase("published")
          .doesNotContain("difference");
    }
  }

  @Test
  void thePageHasOneCurvePerExperimentWithFigures() throws IOException {
    SweepReport.of(RUNS, Map.of()).write(directory.toString(), "a sweep", new Configuration());
    String page = Files.readString(directory.resolve(SweepReport.PAGE));
    assertThat(page).contains("90.0 ± 14.1").contains("seed 2 failed: the loss &amp; its");
    assertThat(page).contains("&lt;balanced&gt;").doesNotContain("<balanced>");
    assertThat(page.split("stroke-linejoin", -1)).hasSize(3);
    assertThat(page).doesNotContain("http://").doesNotContain("https://");
  }

  @Test
  void everyNameOfTheLegendIsTextBesideThePicture() {
    List<LineChart.Point> points = List.of(new LineChart.Point(0, 1), new LineChart.Point(1, 2));
    String name = "an experiment with a long name";
    String chart = new LineChart("x", "y", Collections.nCopies(6, line(name, points))).html();
    assertThat(chart.substring(0, chart.indexOf("<svg")).split(name, -1)).hasSize(7);
    assertThat(new LineChart("x", "y", List.of(line(name, points))).html()).doesNotContain(name);
  }

  private static LineChart.Line line(String name, List<LineChart.Point> points) {
    return new LineChart.Line(name, points);
  }

  /** A frequent and a rare class, of which so many of {@value #TESTED} images are recognised. */
  private static EvaluationSummary figures(int frequent, int rare) {
    int[] correct = {frequent, rare};
    Predictions predictions = Predictions.of(2);
    for (int label = 0; label < 2; label++) {
      for (int i = 0; i < TESTED; i++) {
        int answer = i < correct[label] ? label : 1 - label;
        predictions.add(label, answer == 0 ? new float[] {2, 0} : new float[] {0, 2});
      }
    }
    Evaluation evaluation = Evaluation.of(predictions, ClassCounts.of(500, 5), new Shots(100, 20));
    return EvaluationSummary.of("model", Map.of(), List.of("a", "b"), evaluation);
  }
}

package longtail.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import longtail.dataset.ClassCounts;
import longtail.dataset.Shots;
import longtail.eval.Evaluation;
import longtail.eval.Predictions;
import longtail.report.RunComparison.Entry;
import longtail.train.experiment.Published;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunComparisonTest {
  private static final Configuration CONF = new Configuration();
  private static final int TESTED = 10;

  @TempDir private Path directory;

  @Test
  void publishedFiguresStandBelowTheirRun() throws IOException {
    Published published =
        new Published(
            77.54,
            Optional.empty(),
            Optional.empty(),
            Optional.of(30.0),
            "a paper & its code",
            List.of());
    RunComparison comparison =
        RunComparison.of(
            List.of(
                new Entry(
                    "plain",
                    Optional.of(report("plain", 9, 2, 2)),
                    Optional.empty(),
                    Optional.of(published)),
                entry("balanced", 7, 5, 3)));
    List<String> lines = comparison.table().lines().toList();
    assertThat(lines.get(0).split(" {2,}"))
        .containsExactly(
            "model", "top-1", "top-5", "class mean", "many", "medium", "few", "macro F1");
    assertThat(lines.get(2)).startsWith("plain ").contains(" 43.3 ", " 90.0 ", " 20.0 ");
    assertThat(lines.get(3)).startsWith("plain, published").contains(" 77.5 ", " 30.0 ");
    assertThat(lines.get(4)).startsWith("balanced").contains(" 50.0 ", " 70.0 ", " 30.0 ");
    String page = page(comparison);
    assertThat(page.substring(page.indexOf("<tbody>"), page.indexOf("<h2>")))
        .contains("<td class=\"best\" data-title=\"top-1\">50.0</td>")
        .contains("<td class=\"best\" data-title=\"many\">90.0</td>")
        .contains("<td data-title=\"top-1\">77.5</td>")
        .contains("plain: published by a paper &amp; its code");
  }

  @Test
  void theClassesThatGainAndLoseMostAreNamed() throws IOException {
    String page =
        page(RunComparison.of(List.of(entry("plain", 9, 2, 2), entry("balanced", 7, 5, 3))));
    assertThat(page)
        .contains("<h2>From plain to balanced</h2>", "2 classes gain", "1 class loses")
        .contains("90.0 to 70.0</td><td data-title=\"change\">-20.0")
        .contains("20.0 to 50.0</td><td data-title=\"change\">+30.0");
    assertThat(page.indexOf("+30.0")).as("the largest first").isLessThan(page.indexOf("+10.0"));
    assertThat(page).contains("0 &lt;a&gt;").doesNotContain("<a>");
  }

  @Test
  void aRunWithoutEvaluationHasItsLastValidationApartFromTheOthers() throws IOException {
    MetricsLog log = MetricsLog.open(directory.resolve("metrics.jsonl").toString(), CONF);
    log.append(Map.of("event", "evaluation", "iteration", 1, "top1", 0.5, "few", 0.1));
    log.append(Map.of("event", "round", "iteration", 2, "loss", 1.0));
    log.append(Map.of("event", "evaluation", "iteration", 2, "top1", 0.96, "few", 0.25));
    RunComparison comparison =
        RunComparison.of(
            List.of(
                entry("plain", 9, 2, 2),
                entry("other", 8, 2, 2),
                new Entry("going", Optional.empty(), Optional.of(log), Optional.empty())));
    assertThat(comparison.table())
        .containsPattern("going, last validation +96\\.0 +- +- +- +- +25\\.0 +-");
    assertThat(page(comparison))
        .contains("<td data-title=\"top-1\">96.0</td>")
        .contains("<h2>Top-1 accuracy on the validation set</h2>");
  }

  @Test
  void modelsOfOtherClassesAreNotComparedByClass() throws IOException {
    EvaluationReport other =
        EvaluationReport.write(
            directory.resolve("other").toString(),
            "other",
            Map.of(),
            List.of("x", "y", "z"),
            evaluation(1, 2, 3),
            List.of(),
            CONF);
    String page =
        page(
            RunComparison.of(
                List.of(
                    entry("plain", 9, 2, 2),
                    new Entry("other", Optional.of(other), Optional.empty(), Optional.empty()))));
    assertThat(page).contains("know different classes").doesNotContain("<h2>From");
  }

  @Test
  void powersAreComparedOnAPageThatLinksTheirReports() throws IOException {
    PowersPage.write(
        directory.toString(),
        "model",
        Map.of(),
        List.of(
            new PowersPage.Power(0, directory + "/tau-0.0", report("a", 9, 2, 2).summary()),
            new PowersPage.Power(.5, directory + "/tau-0.5", report("b", 7, 5, 3).summary())),
        CONF);
    String page = Files.readString(directory.resolve(PowersPage.PAGE));
    assertThat(page.substring(page.indexOf("<tbody>")))
        .contains("<a href=\"tau-0.0/report.html\">0.0</a></td><td data-title=\"top-1\">43.3</td>")
        .contains(
            "<a href=\"tau-0.5/report.html\">0.5</a></td><td class=\"best\" data-title=\"top-1\">50.0</td>")
        .contains("</i>few</span>", "<div class=\"across\">tau</div>");
  }

  private String page(RunComparison comparison) throws IOException {
    Path page = directory.resolve("comparison.html");
    comparison.write(page.toString(), "runs", CONF);
    return Files.readString(page);
  }

  private Entry entry(String name, int many, int medium, int few) {
    return new Entry(
        name, Optional.of(report(name, many, medium, few)), Optional.empty(), Optional.empty());
  }

  private EvaluationReport report(String name, int many, int medium, int few) {
    return EvaluationReport.write(
        directory.resolve(name).toString(),
        name,
        Map.of(),
        List.of("<a>", "b", "c"),
        evaluation(many, medium, few),
        List.of(),
        CONF);
  }

  /** So many of {@value #TESTED} images of each class are recognised. */
  private static Evaluation evaluation(int... correct) {
    Predictions predictions = Predictions.of(3);
    for (int label = 0; label < 3; label++) {
      for (int i = 0; i < TESTED; i++) {
        boolean right = i < correct[label];
        predictions.add(label, right ? label : (label + 1) % 3, right ? 0 : 1);
      }
    }
    return Evaluation.of(predictions, ClassCounts.of(500, 50, 5), Shots.USUAL);
  }
}

package longtail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import longtail.dataset.ClassCounts;
import longtail.dataset.Shots;
import longtail.eval.Evaluation;
import longtail.eval.Predictions;
import longtail.report.EvaluationReport;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportCommandTest {
  @TempDir private Path directory;

  @Test
  void runsAndEvaluationsAreSetSideBySide() throws IOException {
    evaluate("run/evaluation", "plain", 0, 0);
    evaluate("alone", "balanced", 0, 1);
    train("run", "plain");
    train("going", "unfinished");
    CommandLineFixture report = report("run", "alone", "going");
    assertThat(report.err()).isEmpty();
    assertThat(report.code()).isZero();
    assertThat(
            report
                .out()
                .lines()
                .filter(l -> !l.startsWith("--"))
                .map(l -> l.replaceFirst(" {2,}.*", "")))
        .containsExactly(
            "model",
            "plain",
            "plain, published",
            "balanced",
            "unfinished, last validation",
            "unfinished, published",
            "The report is " + directory.resolve("out/report.html"));
    assertThat(directory.resolve("out/report.html"))
        .content()
        .contains("a paper", "Training loss", "From plain to balanced");
  }

  @Test
  void anEvaluationWithinARunHasItsCurvesAndNamesThatAreTheSameAreNumbered() throws IOException {
    evaluate("run/evaluation", "plain", 0, 0);
    evaluate("run/adjusted", "plain", 0, 1);
    train("run", "plain");
    CommandLineFixture inner = report("run/evaluation", "run/adjusted");
    assertThat(inner.out()).contains("plain ", "plain (2) ", "plain, published");
    assertThat(directory.resolve("out/report.html")).content().contains("Training loss");
    assertThat(report("run").out()).contains("plain, adjusted ", "plain, evaluation ");
  }

  @Test
  void aDirectoryOfSomethingElseIsRefused() throws IOException {
    Files.createDirectories(directory.resolve("empty"));
    CommandLineFixture empty = report("empty");
    assertThat(empty.code()).isEqualTo(3);
    assertThat(empty.err())
        .contains("it holds neither metrics.jsonl nor evaluation.json")
        .doesNotContain("\tat ");
    CommandLineFixture missing = report("nowhere");
    assertThat(missing.code()).isEqualTo(3);
    assertThat(missing.err()).contains("nowhere: there is no such directory");
    assertThat(CommandLineFixture.run("report").code()).isEqualTo(2);
  }

  private CommandLineFixture report(String... runs) {
    String[] arguments = new String[runs.length + 3];
    arguments[0] = "report";
    for (int i = 0; i < runs.length; i++) {
      arguments[i + 1] = directory.resolve(runs[i]).toString();
    }
    arguments[runs.length + 1] = "--output";
    arguments[runs.length + 2] = directory.resolve("out").toString();
    return CommandLineFixture.run(arguments);
  }

  private void evaluate(String below, String name, int... answers) {
    EvaluationReport.write(
        directory.resolve(below).toString(),
        name,
        Map.of(),
        List.of("a", "b"),
        Evaluation.of(
            Predictions.of(2, new int[] {0, 1}, answers), ClassCounts.of(500, 5), Shots.USUAL),
        List.of(),
        new Configuration());
  }

  private void train(String below, String name) throws IOException {
    Path run = Files.createDirectories(directory.resolve(below));
    Files.writeString(
        run.resolve("experiment.yaml"),
        """
        name: %s
        stages: [{epochs: 1, batch-size: 4, optimizer: {type: sgd, lr: 0.05}}]
        published: {accuracy: 77.5, source: a paper}
        """
            .formatted(name));
    Files.writeString(
        run.resolve("metrics.jsonl"),
        """
        {"event":"round","iteration":1,"loss":2.5}
        {"event":"evaluation","iteration":1,"top1":0.25}
        {"event":"round","iteration":2,"loss":1.5}
        {"event":"evaluation","iteration":2,"top1":0.5}
        """);
  }
}

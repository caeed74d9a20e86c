package longtail.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import longtail.dataset.Shots;
import longtail.storage.OutputFile;
import org.apache.hadoop.conf.Configuration;

/** One page that sets several evaluations, and the training runs behind them, side by side. */
public final class ComparisonPage {
  private ComparisonPage() {}

  /**
   * One entry of the page.
   *
   * @param evaluation figures and confusion matrix
   * @param metrics the log of the training run, if there is one: events with {@code loss} or {@code
   *     lr} become curves over {@code iteration}
   */
  public record Entry(EvaluationReport evaluation, Optional<MetricsLog> metrics) {}

  /** Writes the page to the file {@code path} of any Hadoop file system. */
  public static void write(String path, String title, List<Entry> entries, Configuration conf) {
    OutputFile.of(path, conf).write(html(title, entries));
  }

  private static String html(String title, List<Entry> entries) {
    List<EvaluationSummary> summaries =
        entries.stream().map(entry -> entry.evaluation.summary()).toList();
    StringBuilder body = new StringBuilder();
    body.append("<h1>%s</h1>\n".formatted(Html.escape(title)));
    body.append("<p class=\"note\">Accuracy in percent; the groups are means over classes with ")
        .append("many, medium or few training images. The best of each column is set off.</p>\n");
    appendTable(body, summaries);
    body.append("<h2>Accuracy by class</h2>\n").append(PerClassChart.svg(summaries));
    appendCurve(body, entries, "Training loss", "loss", "loss");
    appendCurve(body, entries, "Loss on the meta set", "loss", "meta_validation_loss");
    appendCurve(body, entries, "Accuracy on the meta set", "accuracy", "meta_validation_accuracy");
    appendMeta(body, entries);
    appendCurve(body, entries, "Learning rate", "learning rate", "lr");
    body.append("<h2>Confusion</h2>\n<div class=\"pair\">\n");
    for (Entry entry : entries) {
      String name = entry.evaluation.summary().name();
      entry
          .evaluation
          .confusion()
          .ifPresent(
              png ->
                  body.append(
                      "<figure><figcaption>%s</figcaption>%s</figure>\n"
                          .formatted(
                              Html.escape(name), Html.image(png, "confusion matrix of " + name))));
    }
    body.append("</div>\n");
    return Html.page(title, body.toString());
  }

  /** What methods that learn from a meta set say about their rounds; others have none of it. */
  private static void appendMeta(StringBuilder body, List<Entry> entries) {
    appendCurve(body, entries, "Loss of the meta batches", "loss", "meta_loss");
    appendCurve(body, entries, "Size of the meta-gradient", "norm", "meta_gradient_norm");
    appendCurve(body, entries, "Covariances of the classes", "norm", "covariance_norm");
    for (Shots.Group group : Shots.Group.values()) {
      String name = group.key();
      appendCurve(
          body,
          entries,
          "Sample rate of the %s-shot classes".formatted(name),
          "rate",
          "sample_rate_" + name);
    }
  }

  private static void appendTable(StringBuilder body, List<EvaluationSummary> summaries) {
    List<ToDoubleFunction<EvaluationSummary>> columns =
        List.of(
            EvaluationSummary::top1,
            EvaluationSummary::top5,
            EvaluationSummary::meanClassAccuracy,
            figures -> groupOrNan(figures, Shots.Group.MANY),
            figures -> groupOrNan(figures, Shots.Group.MEDIUM),
            figures -> groupOrNan(figures, Shots.Group.FEW));
    body.append("<table>\n<tr><th>model</th><th>top-1</th><th>top-5</th><th>mean of classes</th>")
        .append("<th>many</th><th>medium</th><th>few</th></tr>\n");
    for (EvaluationSummary summary : summaries) {
      body.append("<tr><td>%s</td>".formatted(Html.escape(summary.name())));
      for (ToDoubleFunction<EvaluationSummary> column : columns) {
        double value = column.applyAsDouble(summary);
        double best = summaries.stream().mapToDouble(column).max().orElseThrow();
        boolean setOff = summaries.size() > 1 && value == best;
        body.append(
            "<td%s>%s</td>"
                .formatted(
                    setOff ? " class=\"best\"" : "",
                    Double.isNaN(value) ? "-" : ConsoleTable.percent(value)));
      }
      body.append("</tr>\n");
    }
    body.append("</table>\n");
  }

  private static double groupOrNan(EvaluationSummary figures, Shots.Group group) {
    return figures.tested(group) == 0 ? Double.NaN : figures.accuracy(group);
  }

  private static void appendCurve(
      StringBuilder body, List<Entry> entries, String title, String axis, String key) {
    Map<String, List<LineChart.Point>> lines = new LinkedHashMap<>();
    for (Entry entry : entries) {
      entry.metrics.ifPresent(
          log ->
              lines.put(entry.evaluation.summary().name(), TrainingCurves.points(log.read(), key)));
    }
    body.append(TrainingCurves.chart(title, axis, lines));
  }
}

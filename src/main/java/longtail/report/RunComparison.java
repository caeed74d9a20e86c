package longtail.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import longtail.dataset.Shots;
import longtail.storage.OutputFile;
import longtail.train.experiment.Published;
import org.apache.hadoop.conf.Configuration;

/** Several models, and the training runs behind them, side by side: as a table and as a page. */
public final class RunComparison {
  /**
   * A model.
   *
   * @param name in tables
   * @param evaluation figures and confusion matrix; without them those of the last validation of
   *     the log stand in the table
   * @param metrics the log of the training run, if there is one
   * @param published what a publication reports for the recipe
   */
  public record Entry(
      String name,
      Optional<EvaluationReport> evaluation,
      Optional<MetricsLog> metrics,
      Optional<Published> published) {
    /** An evaluated model and the log of its run. */
    public static Entry of(EvaluationReport evaluation, MetricsLog metrics) {
      return new Entry(
          evaluation.summary().name(),
          Optional.of(evaluation),
          Optional.of(metrics),
          Optional.empty());
    }
  }

  private final List<Entry> entries;
  private final Map<String, List<Map<String, Object>>> logs = new LinkedHashMap<>();

  private RunComparison(List<Entry> entries) {
    this.entries = List.copyOf(entries);
    for (Entry entry : entries) {
      entry.metrics.ifPresent(log -> logs.put(entry.name, log.read()));
    }
  }

  /** Of models whose names differ; at least one. */
  public static RunComparison of(List<Entry> entries) {
    return new RunComparison(entries);
  }

  /** The table for the console, in percent. */
  public String table() {
    return figures().text();
  }

  /** Writes the page to the file {@code path} of any Hadoop file system. */
  public void write(String path, String title, Configuration conf) {
    OutputFile.of(path, conf).write(html(title));
  }

  private FigureTable figures() {
    FigureTable table = new FigureTable("model");
    for (Entry entry : entries) {
      entry.evaluation.ifPresentOrElse(
          report -> table.add(entry.name, ComparedFigure.all(report.summary())),
          () -> addValidation(table, entry));
      entry.published.ifPresent(
          published ->
              table.addApart(
                  entry.name + ", published",
                  Stream.of(ComparedFigure.values()).map(f -> f.of(published)).toList()));
    }
    return table;
  }

  private void addValidation(FigureTable table, Entry entry) {
    Map<String, Object> last =
        logs.getOrDefault(entry.name, List.of()).stream()
            .filter(event -> "evaluation".equals(event.get("event")))
            .reduce((before, after) -> after)
            .orElse(Map.of());
    table.addApart(
        entry.name + (last.isEmpty() ? ", not evaluated" : ", last validation"),
        Stream.of(ComparedFigure.values()).map(figure -> figure.of(last)).toList());
  }

  private String html(String title) {
    StringBuilder body = new StringBuilder();
    body.append("<h1>%s</h1>\n".formatted(Html.escape(title)));
    body.append("<p class=\"note\">Accuracy in percent; the groups are means over classes with ")
        .append("many, medium or few training images. The best of each column is set off.</p>\n");
    body.append(figures().html());
    for (Entry entry : entries) {
      entry.published.ifPresent(
          published ->
              body.append(
                  "<p class=\"note\">%s: published by %s</p>\n"
                      .formatted(Html.escape(entry.name), Html.escape(published.source()))));
    }
    Map<String, List<EvaluationSummary>> evaluations = new LinkedHashMap<>();
    for (Entry entry : entries) {
      entry.evaluation.ifPresent(e -> evaluations.put(entry.name, List.of(e.summary())));
    }
    body.append(ClassComparison.html(evaluations));
    appendCurves(body);
    appendConfusions(body);
    body.append(
        Html.script(
            evaluations.values().stream()
                .findFirst()
                .map(runs -> runs.get(0).classNames())
                .orElse(List.of())));
    return Html.page(title, body.toString());
  }

  /** What the logs have; of what none has there is no chart. */
  private void appendCurves(StringBuilder body) {
    appendCurve(body, "Training loss", "loss", "loss");
    appendCurve(body, "Top-1 accuracy on the validation set", "accuracy", "top1");
    appendCurve(
        body,
        "Mean accuracy of the classes on the validation set",
        "accuracy",
        "mean_class_accuracy");
    for (Shots.Group group : Shots.Group.values()) {
      appendCurve(
          body,
          "Accuracy of the %s-shot classes on the validation set".formatted(group.key()),
          "accuracy",
          group.key());
    }
    appendCurve(body, "Loss on the meta set", "loss", "meta_validation_loss");
    appendCurve(body, "Accuracy on the meta set", "accuracy", "meta_validation_accuracy");
    appendCurve(body, "Loss of the meta batches", "loss", "meta_loss");
    appendCurve(body, "Size of the meta-gradient", "norm", "meta_gradient_norm");
    appendCurve(body, "Covariances of the classes", "norm", "covariance_norm");
    for (Shots.Group group : Shots.Group.values()) {
      appendCurve(
          body,
          "Sample rate of the %s-shot classes".formatted(group.key()),
          "rate",
          "sample_rate_" + group.key());
    }
    appendCurve(body, "Learning rate", "learning rate", "lr");
  }

  private void appendCurve(StringBuilder body, String title, String axis, String key) {
    Map<String, List<LineChart.Point>> lines = new LinkedHashMap<>();
    logs.forEach((name, events) -> lines.put(name, TrainingCurves.points(events, key)));
    body.append(TrainingCurves.chart(title, axis, lines));
  }

  private void appendConfusions(StringBuilder body) {
    List<String> matrices = new ArrayList<>();
    for (Entry entry : entries) {
      entry.evaluation.ifPresent(
          report ->
              report
                  .confusions()
                  .ifPresent(
                      confusions ->
                          matrices.add(
                              "<figure><figcaption>%s</figcaption>%s</figure>\n"
                                  .formatted(
                                      Html.escape(entry.name),
                                      confusions.matrixAlone(report.summary())))));
    }
    if (!matrices.isEmpty()) {
      body.append("<h2>Confusion</h2>\n<p class=\"note\">Rows are true classes, columns predicted ")
          .append("ones, those with most training images first; the colour is the share of the ")
          .append("row.</p>\n<div class=\"pair\">\n")
          .append(String.join("", matrices))
          .append("</div>\n");
    }
  }
}

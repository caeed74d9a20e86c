package longtail.report;

import java.util.List;
import java.util.Locale;
import longtail.Quantity;
import longtail.dataset.Shots;
import longtail.eval.ClassAccuracies;
import longtail.eval.ClassResult;
import longtail.eval.OpenSetResult;
import longtail.eval.TestDistribution;

/** The page of one evaluation. */
final class EvaluationPage {
  private static final List<Integer> SHOWN_ANSWERS = List.of(1, 2, 3, 5, 10, 20, 50, 100);

  private EvaluationPage() {}

  static String html(EvaluationSummary summary, byte[] confusion) {
    StringBuilder body = new StringBuilder();
    body.append("<h1>%s</h1>\n".formatted(Html.escape(summary.name())));
    body.append(
        "<p class=\"note\">%s, %s</p>\n"
            .formatted(
                Quantity.of(summary.samples(), "test image"),
                Quantity.of(summary.classes().size(), "class")));
    Html.appendFacts(body, summary.facts());
    appendFigures(body, summary);
    appendFurtherFigures(body, summary);
    appendTopK(body, summary.topK());
    summary.openSet().ifPresent(result -> appendOpenSet(body, result));
    body.append("<h2>Accuracy by class</h2>\n").append(PerClassChart.svg(List.of(summary)));
    appendTestDistributions(body, summary);
    if (!summary.reliability().bins().isEmpty()) {
      body.append("<h2>Reliability</h2>\n<p class=\"note\">How often predictions of a probability ")
          .append(
              "are right (bars; mean probability in orange): below the diagonal the model is too ")
          .append("sure of itself. The lower bars are the numbers of test images.</p>\n")
          .append(ReliabilityDiagram.svg(summary.reliability()));
    }
    body.append(
            "<h2>Confusion</h2>\n<p class=\"note\">Share of each true class, by row; numbers in the cells, where there is room, count images. Classes ")
        .append("with most training images first. A dark left edge means that rare classes are ")
        .append("taken for frequent ones.</p>\n")
        .append(Html.image(confusion, "confusion matrix of " + summary.name()));
    appendClasses(body, summary);
    return Html.page(summary.name(), body.toString());
  }

  private static void appendFigures(StringBuilder body, EvaluationSummary summary) {
    body.append("<div class=\"figures\">\n");
    appendFigure(body, ConsoleTable.percent(summary.top1()), "top-1, %");
    appendFigure(body, ConsoleTable.percent(summary.top5()), "top-5, %");
    appendFigure(body, ConsoleTable.percent(summary.meanClassAccuracy()), "mean of classes, %");
    for (Shots.Group group : Shots.Group.values()) {
      String label =
          "%s, %s, %%".formatted(group.key(), Quantity.of(summary.tested(group), "class"));
      appendFigure(body, ConsoleTable.percent(summary, group), label);
    }
    body.append("</div>\n");
  }

  /** Figures that say more of the worst classes, and of the probabilities. */
  private static void appendFurtherFigures(StringBuilder body, EvaluationSummary summary) {
    body.append("<div class=\"figures\">\n");
    ClassAccuracies accuracies = summary.classAccuracies();
    appendFigure(body, ConsoleTable.percent(accuracies.harmonicMean()), "harmonic mean, %");
    appendFigure(body, ConsoleTable.percent(accuracies.geometricMean()), "geometric mean, %");
    accuracies
        .worst()
        .ifPresent(
            result ->
                appendFigure(
                    body,
                    ConsoleTable.percent(result.accuracy()),
                    "worst class, %%: %s"
                        .formatted(Html.escape(summary.classNames().get(result.label())))));
    appendFigure(body, ConsoleTable.percent(summary.macroF1()), "macro F1, %");
    if (!Double.isNaN(summary.calibrationError())) {
      appendFigure(body, ConsoleTable.percent(summary.calibrationError()), "calibration error, %");
    }
    if (!Double.isNaN(summary.negativeLogLikelihood())) {
      appendFigure(
          body,
          String.format(Locale.ROOT, "%.3f", summary.negativeLogLikelihood()),
          "negative log-likelihood");
    }
    body.append("</div>\n");
    if (accuracies.neverRecognised() > 0) {
      body.append(
          "<p class=\"note\">Never recognised: %d of %d tested classes; so harmonic and geometric mean are 0.</p>\n"
              .formatted(accuracies.neverRecognised(), accuracies.tested()));
    }
  }

  private static void appendTopK(StringBuilder body, List<Double> topK) {
    List<Integer> shown = SHOWN_ANSWERS.stream().filter(k -> k <= topK.size()).toList();
    if (shown.isEmpty()) {
      return;
    }
    StringBuilder numbers = new StringBuilder("<tr><th>answers</th>");
    StringBuilder row = new StringBuilder("<tr><td>class among them, %</td>");
    for (int k : shown) {
      numbers.append("<th>%d</th>".formatted(k));
      row.append("<td>%s</td>".formatted(ConsoleTable.percent(topK.get(k - 1))));
    }
    body.append("<table>\n").append(numbers).append("</tr>\n").append(row);
    body.append("</tr>\n</table>\n");
  }

  private static void appendOpenSet(StringBuilder body, OpenSetResult result) {
    body.append("<div class=\"figures\">\n");
    appendFigure(body, ConsoleTable.percent(result.fMeasure()), "open-set F-measure, %");
    appendFigure(body, ConsoleTable.percent(result.precision()), "precision, %");
    appendFigure(body, ConsoleTable.percent(result.recall()), "recall, %");
    appendFigure(body, ConsoleTable.percent(result.unknownAccuracy()), "unknown rejected, %");
    appendFigure(body, ConsoleTable.percent(result.knownAccuracy()), "known recognised, %");
    body.append(
        "</div>\n<p class=\"note\">Open set: with %d images of none of the classes; answers below the probability %s count as rejected.</p>\n"
            .formatted(result.samples(), result.threshold()));
  }

  private static void appendTestDistributions(StringBuilder body, EvaluationSummary summary) {
    StringBuilder ratios = new StringBuilder("<tr><th>imbalance ratio</th>");
    StringBuilder row = new StringBuilder("<tr><td>accuracy, %</td>");
    for (TestDistribution distribution : TestDistribution.ALL) {
      ratios.append("<th>%.0f</th>".formatted(distribution.ratio()));
      row.append(
          "<td>%s</td>"
              .formatted(ConsoleTable.percent(summary.classAccuracies().under(distribution))));
    }
    body.append(
            "<h2>Long-tailed test sets</h2>\n<p class=\"note\">Accuracy on test sets whose most ")
        .append("frequent class has so many times the images of the rarest: frequent classes are ")
        .append("those of training on the left, the rare ones of training on the right. It ")
        .append("follows from the accuracy of each class.</p>\n<table>\n")
        .append(ratios)
        .append("</tr>\n")
        .append(row)
        .append("</tr>\n</table>\n");
  }

  private static void appendFigure(StringBuilder body, String value, String label) {
    body.append("<div><b>%s</b><span>%s</span></div>\n".formatted(value, label));
  }

  private static void appendClasses(StringBuilder body, EvaluationSummary summary) {
    body.append(
        "<h2>Classes</h2>\n<details%s><summary>%s</summary>\n"
            .formatted(
                summary.classes().size() <= 30 ? " open" : "",
                Quantity.of(summary.classes().size(), "class")));
    body.append(
            "<table>\n<tr><th>class</th><th class=\"text\">name</th><th class=\"text\">shots</th><th>training images</th>")
        .append("<th>test images</th><th>recognised</th><th>accuracy, %</th></tr>\n");
    for (ClassResult result : summary.classAccuracies().headToTail()) {
      body.append(
          "<tr><td>%d</td><td class=\"text\">%s</td><td class=\"text\">%s</td><td>%d</td><td>%d</td><td>%d</td><td>%s</td></tr>\n"
              .formatted(
                  result.label(),
                  Html.escape(summary.classNames().get(result.label())),
                  result.group().key(),
                  result.training(),
                  result.test(),
                  result.correct(),
                  result.tested() ? ConsoleTable.percent(result.accuracy()) : "-"));
    }
    body.append("</table>\n</details>\n");
  }
}

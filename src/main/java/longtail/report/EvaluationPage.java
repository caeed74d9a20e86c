package longtail.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import longtail.Quantity;
import longtail.dataset.Shots;
import longtail.eval.ClassAccuracies;
import longtail.eval.OpenSetResult;
import longtail.eval.TestDistribution;

/** The page of one evaluation. */
final class EvaluationPage {
  private static final List<Integer> SHOWN_ANSWERS = List.of(1, 2, 3, 5, 10, 20, 50, 100);

  private EvaluationPage() {}

  /**
   * The page.
   *
   * @param training events of the log of the run that trained the model; none if it is not at hand
   */
  static String html(
      EvaluationSummary summary, Confusions confusions, List<Map<String, Object>> training) {
    StringBuilder body = new StringBuilder();
    body.append("<h1>%s</h1>\n".formatted(Html.escape(summary.name())));
    body.append(
        "<p class=\"note\">%s, %s</p>\n"
            .formatted(
                Quantity.grouped(summary.samples(), "test image"),
                Quantity.grouped(summary.perClass().size(), "class")));
    Html.appendFacts(body, summary.facts());
    Html.appendFigures(body, figures(summary));
    Html.appendFigures(body, furtherFigures(summary));
    appendNeverRecognised(body, summary.classAccuracies());
    appendTopK(body, summary.topK());
    summary.openSet().ifPresent(result -> appendOpenSet(body, result));
    body.append("<h2>Accuracy by class</h2>\n").append(PerClassChart.html(summary));
    body.append("<h2>Classes</h2>\n<p class=\"note\">The rank is by training images, 1 has most. ")
        .append("Recall is the accuracy of the class; of the images that are taken for a class, ")
        .append("precision are right. A click on a class shows what it is taken for.</p>\n")
        .append(classes(summary));
    body.append("<h2>Most frequent confusions</h2>\n").append(confusions.list());
    body.append("<h2>Confusion</h2>\n<p class=\"note\">Rows are true classes, columns predicted ")
        .append("ones, those with most training images first; the colour is the share of the row. ")
        .append("A dark left edge means that rare classes are taken for frequent ones. All counts ")
        .append(
            "are in %s and %s beside this page.</p>\n"
                .formatted(EvaluationReport.CONFUSION_COUNTS, EvaluationReport.CONFUSION_CELLS))
        .append(confusions.matrix(summary));
    appendTestDistributions(body, summary.classAccuracies());
    if (!summary.reliability().isEmpty()) {
      body.append("<h2>Reliability</h2>\n<p class=\"note\">How often predictions of a probability ")
          .append(
              "are right (bars; mean probability in orange): below the diagonal the model is too ")
          .append("sure of itself. The lower bars are the numbers of test images.</p>\n")
          .append(ReliabilityDiagram.svg(summary.reliability()));
    }
    body.append(TrainingPage.learning(training));
    body.append(Html.script(summary.classNames()));
    return Html.page(summary.name(), body.toString());
  }

  private static Map<String, String> figures(EvaluationSummary summary) {
    Map<String, String> figures = new LinkedHashMap<>();
    figures.put("top-1, %", ConsoleTable.percent(summary.top1()));
    figures.put("top-5, %", ConsoleTable.percent(summary.top5()));
    figures.put("mean of classes, %", ConsoleTable.percent(summary.meanClassAccuracy()));
    for (Shots.Group group : Shots.Group.values()) {
      figures.put(
          "%s, %s, %%".formatted(group.key(), Quantity.of(summary.tested(group), "class")),
          ConsoleTable.percent(summary, group));
    }
    return figures;
  }

  /** Figures that say more of the worst classes, and of the probabilities. */
  private static Map<String, String> furtherFigures(EvaluationSummary summary) {
    Map<String, String> figures = new LinkedHashMap<>();
    ClassAccuracies accuracies = summary.classAccuracies();
    figures.put("harmonic mean, %", ConsoleTable.percent(accuracies.harmonicMean()));
    figures.put("geometric mean, %", ConsoleTable.percent(accuracies.geometricMean()));
    accuracies
        .worst()
        .ifPresent(
            result ->
                figures.put(
                    "worst class, %: " + summary.perClass().get(result.label()).name(),
                    ConsoleTable.percent(result.accuracy())));
    figures.put("macro F1, %", ConsoleTable.percent(summary.macroF1()));
    if (!Double.isNaN(summary.calibrationError())) {
      figures.put("calibration error, %", ConsoleTable.percent(summary.calibrationError()));
    }
    if (!Double.isNaN(summary.negativeLogLikelihood())) {
      figures.put(
          "negative log-likelihood",
          String.format(Locale.ROOT, "%.3f", summary.negativeLogLikelihood()));
    }
    return figures;
  }

  private static void appendNeverRecognised(StringBuilder body, ClassAccuracies accuracies) {
    if (accuracies.neverRecognised() > 0) {
      body.append(
          "<p class=\"note\">Never recognised: %d of %d tested classes; so harmonic and geometric mean are 0.</p>\n"
              .formatted(accuracies.neverRecognised(), accuracies.tested()));
    }
  }

  private static void appendTopK(StringBuilder body, List<Double> topK) {
    Map<String, String> shares = new LinkedHashMap<>();
    SHOWN_ANSWERS.stream()
        .filter(k -> k <= topK.size())
        .forEach(k -> shares.put("" + k, ConsoleTable.percent(topK.get(k - 1))));
    if (!shares.isEmpty()) {
      body.append("<h2>Among the best answers, %</h2>\n<p class=\"note\">How often the class is ")
          .append("among so many answers.</p>\n");
      Html.appendPairs(body, shares);
    }
  }

  private static void appendOpenSet(StringBuilder body, OpenSetResult result) {
    Map<String, String> figures = new LinkedHashMap<>();
    figures.put("open-set F-measure, %", ConsoleTable.percent(result.fMeasure()));
    figures.put("precision, %", ConsoleTable.percent(result.precision()));
    figures.put("recall, %", ConsoleTable.percent(result.recall()));
    figures.put("unknown rejected, %", ConsoleTable.percent(result.unknownAccuracy()));
    figures.put("known recognised, %", ConsoleTable.percent(result.knownAccuracy()));
    Html.appendFigures(body, figures);
    body.append(
        "<p class=\"note\">Open set: with %d images of none of the classes; answers below the probability %s count as rejected.</p>\n"
            .formatted(result.samples(), result.threshold()));
  }

  private static String classes(EvaluationSummary summary) {
    List<ClassFigures> order = summary.headToTail();
    return new DataTable("Find a class by name, number or shots")
        .column(
            "rank", DataTable.Kind.NUMBER, IntStream.rangeClosed(1, order.size()).boxed().toList())
        .column("class", DataTable.Kind.CLASS, values(order, ClassFigures::label))
        .picking()
        .column("name", DataTable.Kind.NAME, values(order, ClassFigures::label))
        .column("shots", DataTable.Kind.TEXT, values(order, c -> c.group().key()))
        .column("training images", DataTable.Kind.NUMBER, values(order, ClassFigures::training))
        .column("test images", DataTable.Kind.NUMBER, values(order, ClassFigures::test))
        .column("precision, %", DataTable.Kind.PERMILLE, values(order, ClassFigures::precision))
        .column("recall, %", DataTable.Kind.PERMILLE, values(order, ClassFigures::accuracy))
        .column("F1, %", DataTable.Kind.PERMILLE, values(order, ClassFigures::f1))
        .html();
  }

  private static <T> List<T> values(List<ClassFigures> classes, Function<ClassFigures, T> figure) {
    return classes.stream().map(figure).toList();
  }

  private static void appendTestDistributions(StringBuilder body, ClassAccuracies accuracies) {
    Map<String, String> shares = new LinkedHashMap<>();
    for (TestDistribution distribution : TestDistribution.ALL) {
      String ratio = String.format(Locale.ROOT, "%.0f", distribution.ratio());
      String name =
          switch (distribution.direction()) {
            case FORWARD -> ratio + " forward";
            case UNIFORM -> "even";
            case BACKWARD -> ratio + " backward";
          };
      shares.put(name, ConsoleTable.percent(accuracies.under(distribution)));
    }
    body.append("<h2>Long-tailed test sets</h2>\n<p class=\"note\">Accuracy in percent on test ")
        .append("sets whose most frequent class has so many times the images of the rarest: ")
        .append("forward, the classes that are frequent in training are so there, too; backward, ")
        .append("those that are rare. It follows from the accuracy of each class.</p>\n");
    Html.appendPairs(body, shares);
  }
}

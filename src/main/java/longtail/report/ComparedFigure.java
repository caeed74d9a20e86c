package longtail.report;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import longtail.dataset.Shots;
import longtail.train.experiment.Published;

/** A column of the tables that set models side by side; every figure is a fraction. */
enum ComparedFigure {
  TOP1("top-1", "top1"),
  TOP5("top-5", "top5"),
  CLASS_MEAN("class mean", "mean_class_accuracy"),
  MANY("many", Shots.Group.MANY.key()),
  MEDIUM("medium", Shots.Group.MEDIUM.key()),
  FEW("few", Shots.Group.FEW.key()),
  MACRO_F1("macro F1", "macro_f1");

  private final String heading;
  private final String key;

  ComparedFigure(String heading, String key) {
    this.heading = heading;
    this.key = key;
  }

  /** The headings of all columns. */
  static List<String> headings() {
    return Arrays.stream(values()).map(figure -> figure.heading).toList();
  }

  /** What stands above the column. */
  String heading() {
    return heading;
  }

  /** The figure of an evaluation; NaN for a group without tested classes. */
  double of(EvaluationSummary evaluation) {
    return switch (this) {
      case TOP1 -> evaluation.top1();
      case TOP5 -> evaluation.top5();
      case CLASS_MEAN -> evaluation.meanClassAccuracy();
      case MANY -> group(evaluation, Shots.Group.MANY);
      case MEDIUM -> group(evaluation, Shots.Group.MEDIUM);
      case FEW -> group(evaluation, Shots.Group.FEW);
      case MACRO_F1 -> evaluation.macroF1();
    };
  }

  /** The figure of a validation, an event of {@link MetricsLog}; NaN if it does not say it. */
  double of(Map<String, Object> event) {
    return event.get(key) instanceof Number number ? number.doubleValue() : Double.NaN;
  }

  /** What a publication reports; NaN if it does not say it. */
  double of(Published published) {
    Optional<Double> percent =
        switch (this) {
          case TOP1 -> Optional.of(published.accuracy());
          case MANY -> published.many();
          case MEDIUM -> published.medium();
          case FEW -> published.few();
          case TOP5, CLASS_MEAN, MACRO_F1 -> Optional.empty();
        };
    return percent.map(PublishedFigures::fraction).orElse(Double.NaN);
  }

  /** The figures of all columns of an evaluation. */
  static List<Double> all(EvaluationSummary evaluation) {
    return Stream.of(values()).map(figure -> figure.of(evaluation)).toList();
  }

  private static double group(EvaluationSummary evaluation, Shots.Group group) {
    return evaluation.tested(group) == 0 ? Double.NaN : evaluation.accuracy(group);
  }
}

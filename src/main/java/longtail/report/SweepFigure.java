package longtail.report;

import java.util.List;
import java.util.Locale;
import longtail.dataset.Shots;

/** A column of the table of a sweep. */
enum SweepFigure {
  TOP1("top-1"),
  MANY("many"),
  MEDIUM("medium"),
  FEW("few"),
  ECE("ECE"),
  IMAGES_PER_SECOND("images/s");

  private final String heading;

  SweepFigure(String heading) {
    this.heading = heading;
  }

  /** What stands above the column. */
  String heading() {
    return heading;
  }

  /** Its name in files. */
  String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The figure of one run; accuracies and errors are fractions. */
  double of(SweepRun.Finished run) {
    EvaluationSummary evaluation = run.evaluation();
    return switch (this) {
      case TOP1 -> evaluation.top1();
      case MANY -> group(evaluation, Shots.Group.MANY);
      case MEDIUM -> group(evaluation, Shots.Group.MEDIUM);
      case FEW -> group(evaluation, Shots.Group.FEW);
      case ECE -> evaluation.calibrationError();
      case IMAGES_PER_SECOND -> run.imagesPerSecond();
    };
  }

  /** The figure over {@code runs}. */
  Spread over(List<SweepRun.Finished> runs) {
    return Spread.of(runs.stream().mapToDouble(this::of).toArray());
  }

  /**
   * Mean and deviation as people read them, fractions in percent; in ASCII, as consoles may know no
   * more.
   */
  String text(Spread spread) {
    if (spread.runs() == 0) {
      return "-";
    }
    String mean = text(spread.mean());
    return spread.runs() == 1 ? mean : mean + " +- " + text(spread.deviation());
  }

  private String text(double value) {
    return this == IMAGES_PER_SECOND
        ? String.format(Locale.ROOT, "%.0f", value)
        : ConsoleTable.percent(value);
  }

  private static double group(EvaluationSummary evaluation, Shots.Group group) {
    return evaluation.tested(group) == 0 ? Double.NaN : evaluation.accuracy(group);
  }
}

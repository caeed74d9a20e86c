package longtail.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import longtail.dataset.Shots;

/** Figures as a table of plain text, one evaluation per row. */
public final class ConsoleTable {
  private static final List<String> HEADINGS =
      List.of("model", "top-1", "top-5", "class mean", "many", "medium", "few");

  private static final List<String> OPEN_SET_HEADINGS = List.of("open-set F", "unknown rejected");

  private ConsoleTable() {}

  /**
   * Accuracies in percent; a dash for a group without tested classes. Evaluations with images of
   * none of the classes have two columns more.
   */
  public static String of(List<EvaluationSummary> evaluations) {
    boolean open = evaluations.stream().anyMatch(evaluation -> evaluation.openSet().isPresent());
    List<List<String>> rows = new ArrayList<>();
    rows.add(joined(HEADINGS, open ? OPEN_SET_HEADINGS : List.of()));
    evaluations.forEach(
        evaluation -> rows.add(joined(row(evaluation), open ? openSet(evaluation) : List.of())));
    return render(rows);
  }

  private static List<String> joined(List<String> first, List<String> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }

  private static List<String> openSet(EvaluationSummary evaluation) {
    return evaluation
        .openSet()
        .map(result -> List.of(percent(result.fMeasure()), percent(result.unknownAccuracy())))
        .orElse(List.of("-", "-"));
  }

  /** Any table; the first row is the heading, the first column is left-aligned. */
  public static String render(List<List<String>> rows) {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int c = 0; c < columns; c++) {
        widths[c] = Math.max(widths[c], row.get(c).length());
      }
    }
    StringBuilder table = new StringBuilder();
    for (int r = 0; r < rows.size(); r++) {
      for (int c = 0; c < columns; c++) {
        String cell = rows.get(r).get(c);
        String padding = " ".repeat(widths[c] - cell.length());
        table.append(c == 0 ? cell + padding : "  " + padding + cell);
      }
      table.append('\n');
      if (r == 0) {
        for (int c = 0; c < columns; c++) {
          table.append(c == 0 ? "" : "  ").append("-".repeat(widths[c]));
        }
        table.append('\n');
      }
    }
    return table.toString();
  }

  /** A fraction in percent with one decimal. */
  static String percent(double fraction) {
    return String.format(Locale.ROOT, "%.1f", 100 * fraction);
  }

  /** A difference of fractions in points with its sign. */
  static String points(double difference) {
    return String.format(Locale.ROOT, "%+.1f", 100 * difference);
  }

  /** The accuracy of a group in percent, or a dash. */
  static String percent(EvaluationSummary evaluation, Shots.Group group) {
    return evaluation.tested(group) == 0 ? "-" : percent(evaluation.accuracy(group));
  }

  private static List<String> row(EvaluationSummary evaluation) {
    return List.of(
        evaluation.name(),
        percent(evaluation.top1()),
        percent(evaluation.top5()),
        percent(evaluation.meanClassAccuracy()),
        percent(evaluation, Shots.Group.MANY),
        percent(evaluation, Shots.Group.MEDIUM),
        percent(evaluation, Shots.Group.FEW));
  }
}

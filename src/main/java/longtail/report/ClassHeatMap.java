package longtail.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Accuracy of the classes after each validation of a run: a column for each validation, from top to
 * bottom the classes from most to fewest training images.
 */
public final class ClassHeatMap {
  /**
   * Key of an evaluation event: accuracies in 0 to 1 by the number of the class, in the order of
   * training images, most first.
   */
  public static final String BY_CLASS = "by_class";

  /** Up to so many classes have a row each. */
  private static final int MOST_CLASSES = 200;

  /** More classes than that are drawn as the means of so many groups. */
  private static final int GROUPS = 40;

  /** Cells of a picture that a browser still draws at once. */
  private static final int MOST_CELLS = 6000;

  private static final int MOST_COLUMNS = 60;
  private static final int WIDTH = 760;
  private static final int LEAST_HEIGHT = 200;
  private static final int LEAST_ROW = 3;
  private static final int LEFT = 62;
  private static final int BOTTOM = 40;

  /** A validation: steps done before it, and its classes with their accuracies. */
  private record Column(long iteration, List<String> classes, double[] accuracies) {}

  private final List<Column> columns;

  private ClassHeatMap(List<Column> columns) {
    this.columns = columns;
  }

  /** The validations among {@code events}; of many, so many as fit, the last one included. */
  static ClassHeatMap of(List<Map<String, Object>> events) {
    List<Column> all = new ArrayList<>();
    for (Map<String, Object> event : events) {
      if ("evaluation".equals(event.get("event"))
          && event.get("iteration") instanceof Number iteration
          && event.get(BY_CLASS) instanceof Map<?, ?> byClass
          && !byClass.isEmpty()) {
        all.add(
            new Column(
                iteration.longValue(),
                byClass.keySet().stream().map(String::valueOf).toList(),
                byClass.values().stream()
                    .mapToDouble(value -> value instanceof Number n ? n.doubleValue() : 0)
                    .toArray()));
      }
    }
    int kept = Math.min(all.size(), Math.min(MOST_COLUMNS, MOST_CELLS / rows(classes(all))));
    List<Column> columns = new ArrayList<>();
    for (int i = 1; i <= kept; i++) {
      columns.add(all.get((int) ((long) i * all.size() / kept) - 1));
    }
    return new ClassHeatMap(columns);
  }

  private static int classes(List<Column> columns) {
    return columns.stream().mapToInt(c -> c.accuracies.length).max().orElse(1);
  }

  private static int rows(int classes) {
    return classes > MOST_CLASSES ? GROUPS : classes;
  }

  /** Heading and picture; nothing if no class was validated. */
  String html() {
    if (columns.isEmpty()) {
      return "";
    }
    int classes = classes(columns);
    int rows = rows(classes);
    int bottom = Math.max(LEAST_HEIGHT, LEAST_ROW * rows);
    double width = (double) (WIDTH - LEFT - 12) / columns.size();
    double height = (double) bottom / rows;
    StringBuilder svg = new StringBuilder();
    svg.append("<h2>Accuracy of the classes on the validation set</h2>\n")
        .append("<p class=\"note\">Each column is a validation, each row ")
        .append(
            rows == classes ? "a class" : "the mean of about %d classes".formatted(classes / rows))
        .append(", those with most training images at the top.</p>\n")
        .append(
            "<svg viewBox=\"0 0 %d %d\" width=\"%d\" role=\"img\" font-size=\"12\" font-family=\"inherit\">\n"
                .formatted(WIDTH, bottom + BOTTOM, WIDTH));
    for (int c = 0; c < columns.size(); c++) {
      Column column = columns.get(c);
      for (int row = 0; row < rows; row++) {
        double accuracy = mean(column.accuracies, row, rows);
        svg.append(
            format(
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"><title>%s, step %d: %.1f %%</title></rect>\n",
                LEFT + c * width,
                row * height,
                width + .1,
                height + .1,
                color(accuracy),
                named(column, row, rows),
                column.iteration,
                100 * accuracy));
      }
    }
    text(svg, LEFT - 8, 12, "end", "many");
    text(svg, LEFT - 8, bottom - 2, "end", "few");
    text(svg, LEFT, bottom + 16, "start", "step " + columns.get(0).iteration);
    if (columns.size() > 1) {
      text(
          svg, WIDTH - 12, bottom + 16, "end", "step " + columns.get(columns.size() - 1).iteration);
    }
    legend(svg, bottom + BOTTOM);
    return svg.append("</svg>\n").toString();
  }

  private static void legend(StringBuilder svg, int height) {
    int middle = LEFT + (WIDTH - LEFT) / 2;
    text(svg, middle - 62, height - 8, "end", "0 %");
    for (int i = 0; i < 11; i++) {
      svg.append(
          format(
              "<rect x=\"%d\" y=\"%d\" width=\"10.2\" height=\"10\" fill=\"%s\"/>\n",
              middle - 55 + 10 * i, height - 17, color(i / 10.)));
    }
    text(svg, middle + 62, height - 8, "start", "100 %");
  }

  /** The first class of part {@code row} of {@code rows} nearly equal parts. */
  private static int first(int classes, int row, int rows) {
    return (int) ((long) row * classes / rows);
  }

  private static String named(Column column, int row, int rows) {
    int classes = column.classes.size();
    int from = first(classes, row, rows);
    int count = first(classes, row + 1, rows) - from;
    String name = "class " + column.classes.get(Math.min(from, classes - 1));
    return count > 1 ? "%s and %d after it".formatted(name, count - 1) : name;
  }

  /** The mean accuracy of part {@code row} of {@code rows} nearly equal parts of the classes. */
  private static double mean(double[] accuracies, int row, int rows) {
    int from = first(accuracies.length, row, rows);
    int to = Math.max(from + 1, first(accuracies.length, row + 1, rows));
    double sum = 0;
    int counted = 0;
    for (int i = from; i < Math.min(to, accuracies.length); i++) {
      sum += accuracies[i];
      counted++;
    }
    return counted == 0 ? 0 : sum / counted;
  }

  /** From a light grey at 0 to the dark blue of the charts at 1. */
  private static String color(double accuracy) {
    double share = Math.max(0, Math.min(1, accuracy));
    return format(
        "#%02x%02x%02x",
        Math.round(238 - share * (238 - 8)),
        Math.round(240 - share * (240 - 81)),
        Math.round(243 - share * (243 - 156)));
  }

  private static void text(StringBuilder svg, int x, int y, String anchor, String text) {
    svg.append(
        "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" fill=\"#666\">%s</text>\n"
            .formatted(x, y, anchor, text));
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}

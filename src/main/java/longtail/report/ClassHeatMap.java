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

  private static final int MOST_ROWS = 40;
  private static final int MOST_COLUMNS = 60;
  private static final int WIDTH = 760;
  private static final int HEIGHT = 240;
  private static final int LEFT = 62;
  private static final int BOTTOM = 40;

  /** A validation: steps done before it, and the accuracies of its classes. */
  private record Column(long iteration, double[] accuracies) {}

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
                byClass.values().stream()
                    .mapToDouble(value -> value instanceof Number n ? n.doubleValue() : 0)
                    .toArray()));
      }
    }
    int kept = Math.min(all.size(), MOST_COLUMNS);
    List<Column> columns = new ArrayList<>();
    for (int i = 1; i <= kept; i++) {
      columns.add(all.get((int) ((long) i * all.size() / kept) - 1));
    }
    return new ClassHeatMap(columns);
  }

  /** Heading and picture; nothing if no class was validated. */
  String html() {
    if (columns.isEmpty()) {
      return "";
    }
    int classes = columns.stream().mapToInt(c -> c.accuracies.length).max().orElseThrow();
    int rows = Math.min(classes, MOST_ROWS);
    double width = (double) (WIDTH - LEFT - 12) / columns.size();
    double height = (double) (HEIGHT - BOTTOM) / rows;
    StringBuilder svg = new StringBuilder();
    svg.append("<h2>Accuracy of the classes on the validation set</h2>\n")
        .append("<p class=\"note\">Each column is a validation, each row ")
        .append(
            rows == classes ? "a class" : "the mean of about %d classes".formatted(classes / rows))
        .append(", those with most training images at the top.</p>\n")
        .append(
            "<svg viewBox=\"0 0 %d %d\" width=\"%d\" role=\"img\" font-size=\"12\" font-family=\"inherit\">\n"
                .formatted(WIDTH, HEIGHT, WIDTH));
    for (int c = 0; c < columns.size(); c++) {
      Column column = columns.get(c);
      for (int row = 0; row < rows; row++) {
        double accuracy = mean(column.accuracies, row, rows);
        svg.append(
            format(
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"><title>step %d: %.1f %%</title></rect>\n",
                LEFT + c * width,
                row * height,
                width + .1,
                height + .1,
                color(accuracy),
                column.iteration,
                100 * accuracy));
      }
    }
    text(svg, LEFT - 8, 12, "end", "many");
    text(svg, LEFT - 8, HEIGHT - BOTTOM - 2, "end", "few");
    text(svg, LEFT, HEIGHT - BOTTOM + 16, "start", "step " + columns.get(0).iteration);
    if (columns.size() > 1) {
      text(
          svg,
          WIDTH - 12,
          HEIGHT - BOTTOM + 16,
          "end",
          "step " + columns.get(columns.size() - 1).iteration);
    }
    legend(svg);
    return svg.append("</svg>\n").toString();
  }

  private static void legend(StringBuilder svg) {
    int middle = LEFT + (WIDTH - LEFT) / 2;
    text(svg, middle - 62, HEIGHT - 8, "end", "0 %");
    for (int i = 0; i < 11; i++) {
      svg.append(
          format(
              "<rect x=\"%d\" y=\"%d\" width=\"10.2\" height=\"10\" fill=\"%s\"/>\n",
              middle - 55 + 10 * i, HEIGHT - 17, color(i / 10.)));
    }
    text(svg, middle + 62, HEIGHT - 8, "start", "100 %");
  }

  /** The mean accuracy of part {@code row} of {@code rows} nearly equal parts of the classes. */
  private static double mean(double[] accuracies, int row, int rows) {
    int from = (int) ((long) row * accuracies.length / rows);
    int to = Math.max(from + 1, (int) ((row + 1L) * accuracies.length / rows));
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

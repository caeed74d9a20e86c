package longtail.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Lines over a common axis as inline SVG.
 *
 * @param acrossTitle title of the horizontal axis
 * @param upTitle title of the vertical axis
 * @param lines the lines, at least one
 */
record LineChart(String acrossTitle, String upTitle, List<Line> lines) {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 300;
  private static final int LEFT = 62;
  private static final int RIGHT = 12;
  private static final int TOP = 12;
  private static final int BOTTOM = 46;
  private static final int LEGEND_ROW = 16;
  private static final int MOST_MARKS = 50;
  private static final List<String> COLORS =
      List.of(
          "#08519c", "#d9730d", "#2b8a3e", "#e03131", "#6b6b6b", "#7048e8", "#0fb5c9", "#f06595",
          "#b8a100");

  /** A point; a NaN breaks nothing, it is left out. */
  record Point(double x, double y) {
    boolean finite() {
      return Double.isFinite(x) && Double.isFinite(y);
    }
  }

  /** One line with its name in the legend. */
  record Line(String name, List<Point> points) {}

  /** The figure, or an empty text if no line has two points. */
  String svg() {
    List<Point> all = lines.stream().flatMap(line -> finite(line).stream()).toList();
    if (lines.stream().noneMatch(line -> finite(line).size() > 1)) {
      return "";
    }
    double left = all.stream().mapToDouble(Point::x).min().orElseThrow();
    double right = all.stream().mapToDouble(Point::x).max().orElseThrow();
    double low = Math.min(0, all.stream().mapToDouble(Point::y).min().orElseThrow());
    double high = all.stream().mapToDouble(Point::y).max().orElseThrow();
    if (!(high - low > 1e-9 * Math.abs(low))) {
      high = low + Math.max(1, Math.abs(low)); // all values alike: there is no range to divide
    }
    double step = roundStep((high - low) / 5);
    high = step * Math.ceil(high / step - 1e-9);
    Frame frame = new Frame(left, right, low, high);
    StringBuilder svg = new StringBuilder();
    List<Place> places = legend();
    int legend = places.isEmpty() ? 0 : 24 + LEGEND_ROW * places.get(places.size() - 1).row;
    svg.append(
        "<svg viewBox=\"0 %d %d %d\" width=\"%d\" role=\"img\" font-size=\"12\" font-family=\"inherit\">\n"
            .formatted(-legend, WIDTH, HEIGHT + legend, WIDTH));
    appendAxes(svg, frame, step);
    for (int i = 0; i < lines.size(); i++) {
      appendLine(svg, frame, lines.get(i), COLORS.get(i % COLORS.size()));
    }
    appendLegend(svg, places);
    return svg.append("</svg>\n").toString();
  }

  /** At most {@code most} points: the means of equal parts of {@code points}. */
  static List<Point> thinned(List<Point> points, int most) {
    List<Point> finite = points.stream().filter(Point::finite).toList();
    if (finite.size() <= most) {
      return finite;
    }
    List<Point> means = new ArrayList<>();
    for (int i = 0; i < most; i++) {
      List<Point> part =
          finite.subList(
              (int) ((long) i * finite.size() / most), (int) ((i + 1L) * finite.size() / most));
      means.add(
          new Point(
              part.stream().mapToDouble(Point::x).average().orElseThrow(),
              part.stream().mapToDouble(Point::y).average().orElseThrow()));
    }
    return means;
  }

  private static List<Point> finite(Line line) {
    return line.points.stream().filter(Point::finite).toList();
  }

  /** Maps values to places in the picture. */
  private record Frame(double left, double right, double low, double high) {
    double x(double value) {
      double span = right > left ? right - left : 1;
      return LEFT + (value - left) / span * (WIDTH - LEFT - RIGHT);
    }

    double y(double value) {
      return HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM);
    }
  }

  private void appendAxes(StringBuilder svg, Frame frame, double step) {
    for (double mark : marks(frame.low, frame.high, step)) {
      svg.append(
          format(
              "<path d=\"M%d %.1fH%d\" stroke=\"#e6e6e6\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" fill=\"#666\">%s</text>\n",
              LEFT, frame.y(mark), WIDTH - RIGHT, LEFT - 8, frame.y(mark) + 4, number(mark)));
    }
    for (double mark : marks(frame.left, frame.right, roundStep((frame.right - frame.left) / 8))) {
      // Centred below its place, but for one at the right end, which would be cut off.
      String anchor = frame.x(mark) > WIDTH - 3 * RIGHT ? "end" : "middle";
      svg.append(
          format(
              "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\" fill=\"#666\">%s</text>\n",
              frame.x(mark), HEIGHT - BOTTOM + 18, anchor, number(mark)));
    }
    svg.append(
        format("<path d=\"M%d %dH%d\" stroke=\"#999\"/>\n", LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT));
    svg.append(
        format(
            "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\" fill=\"#444\">%s</text>\n",
            (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, Html.escape(acrossTitle)));
    svg.append(
        format(
            "<text transform=\"translate(14 %d) rotate(-90)\" text-anchor=\"middle\" fill=\"#444\">%s</text>\n",
            (TOP + HEIGHT - BOTTOM) / 2, Html.escape(upTitle)));
  }

  private static void appendLine(StringBuilder svg, Frame frame, Line line, String color) {
    StringBuilder path = new StringBuilder();
    for (Point point : finite(line)) {
      path.append(path.isEmpty() ? "M" : "L")
          .append(format("%.1f %.1f", frame.x(point.x), frame.y(point.y)));
    }
    svg.append(
        "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.6\" stroke-linejoin=\"round\"/>\n"
            .formatted(path, color));
  }

  /** Where the name of a line stands: rows count from the top. */
  private record Place(int row, double x) {}

  /** One place per line, in as many rows as the names need; none for a single line. */
  private List<Place> legend() {
    List<Place> places = new ArrayList<>();
    double x = LEFT;
    int row = 0;
    for (int i = 0; lines.size() > 1 && i < lines.size(); i++) {
      double width = 48 + 7 * lines.get(i).name.length();
      if (x > LEFT && x + width > WIDTH) {
        x = LEFT;
        row++;
      }
      places.add(new Place(row, x));
      x += width;
    }
    return places;
  }

  private void appendLegend(StringBuilder svg, List<Place> places) {
    for (int i = 0; i < places.size(); i++) {
      Place place = places.get(i);
      int y = -8 - LEGEND_ROW * (places.get(places.size() - 1).row - place.row);
      svg.append(
          format(
              "<path d=\"M%.0f %dh18\" stroke=\"%s\" stroke-width=\"2\"/><text x=\"%.0f\" y=\"%d\" fill=\"#222\">%s</text>\n",
              place.x,
              y,
              COLORS.get(i % COLORS.size()),
              place.x + 24,
              y + 4,
              Html.escape(lines.get(i).name)));
    }
  }

  /**
   * The multiples of {@code step} from {@code from} to {@code to}; the one value if there is no
   * range, and never more than a picture has room for, whatever the numbers are.
   */
  private static List<Double> marks(double from, double to, double step) {
    if (!(to > from)) {
      return List.of(from);
    }
    List<Double> marks = new ArrayList<>();
    double first = Math.ceil(from / step - 1e-9);
    for (int i = 0; i < MOST_MARKS && (first + i) * step <= to + 1e-9 * step; i++) {
      marks.add((first + i) * step);
    }
    return marks;
  }

  /** The smallest of 1, 2, 5 times a power of ten that is not below {@code least}. */
  private static double roundStep(double least) {
    double power = Math.pow(10, Math.floor(Math.log10(Math.max(least, Double.MIN_NORMAL))));
    return Stream.of(1, 2, 5, 10)
        .map(factor -> factor * power)
        .filter(step -> step >= least * (1 - 1e-9))
        .findFirst()
        .orElse(10 * power);
  }

  private static String number(double value) {
    String text = format("%.6f", value).replaceAll("0+$", "").replaceAll("\\.$", "");
    return text.equals("-0") ? "0" : text;
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}

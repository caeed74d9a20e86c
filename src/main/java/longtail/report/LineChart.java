package longtail.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Lines over a common axis as inline SVG, with titles and names of the lines as text around it, so
 * that they are read on a narrow page.
 *
 * @param acrossTitle title of the horizontal axis
 * @param upTitle title of the vertical axis
 * @param lines the lines, at least one
 * @param sections parts of the horizontal axis from left to right, possibly none
 */
record LineChart(String acrossTitle, String upTitle, List<Line> lines, List<Section> sections) {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 296;
  private static final int LEFT = 62;
  private static final int RIGHT = 12;
  private static final int TOP = 24;
  private static final int BOTTOM = 34;
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

  /** How the points of a line are drawn. */
  private enum Form {
    LINE,
    DOTS
  }

  /** One line with its name in the legend, which may be empty. */
  record Line(String name, List<Point> points, Form form) {
    /** Points that are joined. */
    Line(String name, List<Point> points) {
      this(name, points, Form.LINE);
    }

    /** Points by themselves. */
    static Line dots(String name, List<Point> points) {
      return new Line(name, points, Form.DOTS);
    }
  }

  /** A part of the horizontal axis that ends at {@code end}. */
  record Section(String name, double end) {}

  /** A chart without sections. */
  LineChart(String acrossTitle, String upTitle, List<Line> lines) {
    this(acrossTitle, upTitle, lines, List.of());
  }

  /** The figure, or an empty text if no line has two points. */
  String html() {
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
    StringBuilder figure = new StringBuilder("<figure class=\"chart\">");
    appendLegend(figure);
    figure.append(
        "<svg viewBox=\"0 0 %d %d\" width=\"%d\" role=\"img\" font-size=\"12\" font-family=\"inherit\">\n"
            .formatted(WIDTH, HEIGHT, WIDTH));
    appendAxes(figure, frame, step);
    appendSections(figure, frame);
    for (int i = 0; i < lines.size(); i++) {
      appendLine(figure, frame, lines.get(i), color(i));
    }
    return figure
        .append(
            "</svg><div class=\"across\">%s</div></figure>\n".formatted(Html.escape(acrossTitle)))
        .toString();
  }

  /** Dots have the colour of the line behind them. */
  private String color(int line) {
    int before =
        (int) lines.subList(0, line).stream().filter(other -> other.form == Form.LINE).count();
    return COLORS.get(before % COLORS.size());
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
              "<path d=\"M%d %.1fH%d\" stroke=\"#e6e6e6\"/><text x=\"%d\" y=\"%.1f\" dy=\".33em\" text-anchor=\"end\" fill=\"#666\">%s</text>\n",
              LEFT, frame.y(mark), WIDTH - RIGHT, LEFT - 8, frame.y(mark), number(mark)));
    }
    for (double mark : marks(frame.left, frame.right, roundStep((frame.right - frame.left) / 8))) {
      // Centred below its place, but for one at the right end, which would be cut off.
      String anchor = frame.x(mark) > WIDTH - 3 * RIGHT ? "end" : "middle";
      svg.append(
          format(
              "<text x=\"%.1f\" y=\"%d\" dy=\"1em\" text-anchor=\"%s\" fill=\"#666\">%s</text>\n",
              frame.x(mark), HEIGHT - BOTTOM + 4, anchor, number(mark)));
    }
    svg.append(
        format("<path d=\"M%d %dH%d\" stroke=\"#999\"/>\n", LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT));
  }

  private void appendSections(StringBuilder svg, Frame frame) {
    double from = LEFT;
    for (Section section : sections) {
      double to = Math.max(from, Math.min(WIDTH - RIGHT, frame.x(section.end)));
      if (to - from > 14 * section.name.length()) {
        svg.append(
            format(
                "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" fill=\"#666\">%s</text>\n",
                (from + to) / 2, TOP - 6, Html.escape(section.name)));
      }
      if (to < WIDTH - RIGHT) {
        svg.append(
            format("<path d=\"M%.1f %dV%d\" stroke=\"#ccc\"/>\n", to, TOP - 8, HEIGHT - BOTTOM));
      }
      from = to;
    }
  }

  private static void appendLine(StringBuilder svg, Frame frame, Line line, String color) {
    boolean dots = line.form == Form.DOTS;
    StringBuilder path = new StringBuilder();
    for (Point point : finite(line)) {
      path.append(path.isEmpty() || dots ? "M" : "L")
          .append(format("%.1f %.1f", frame.x(point.x), frame.y(point.y)))
          .append(dots ? "h0" : "");
    }
    String stroke =
        dots
            ? "stroke-width=\"4\" stroke-linecap=\"round\" opacity=\".4\""
            : "stroke-width=\"1.6\" stroke-linejoin=\"round\"";
    svg.append("<path d=\"%s\" fill=\"none\" stroke=\"%s\" %s/>\n".formatted(path, color, stroke));
  }

  /** The title of the vertical axis and the names of the lines, if they have any. */
  private void appendLegend(StringBuilder figure) {
    figure.append("<figcaption><span>%s</span>".formatted(Html.escape(upTitle)));
    for (int i = 0; lines.size() > 1 && i < lines.size(); i++) {
      Line line = lines.get(i);
      figure.append(
          "<span class=\"key\"><i%s style=\"background:%s\"></i>%s</span>"
              .formatted(
                  line.form == Form.DOTS ? " class=\"dots\"" : "",
                  color(i),
                  Html.escape(line.name)));
    }
    figure.append("</figcaption>\n");
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

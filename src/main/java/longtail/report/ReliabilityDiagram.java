package longtail.report;

import java.util.List;
import java.util.Locale;
import longtail.eval.ReliabilityBin;

/**
 * A reliability diagram as inline SVG: accuracy by the probability of the prediction, with the mean
 * probability of each bin as a mark, and below how many test images are in each bin.
 */
final class ReliabilityDiagram {
  private static final int WIDTH = 460;
  private static final int LEFT = 62;
  private static final int RIGHT = 12;
  private static final int TOP = 12;
  private static final int PLOT = 330;
  private static final int BETWEEN = 14;
  private static final int SHARES = 70;
  private static final int BOTTOM = 46;
  private static final int HEIGHT = TOP + PLOT + BETWEEN + SHARES + BOTTOM;
  private static final int TICKS = 5;

  private ReliabilityDiagram() {}

  /** The figure of {@code bins}, at least one. */
  static String svg(List<ReliabilityBin> bins) {
    StringBuilder svg = new StringBuilder();
    svg.append(
        "<svg viewBox=\"0 0 %d %d\" width=\"%d\" role=\"img\" font-size=\"12\" font-family=\"inherit\">\n"
            .formatted(WIDTH, HEIGHT, WIDTH));
    appendAxes(svg);
    appendBars(svg, bins);
    svg.append(
        format(
            "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"#222\" stroke-dasharray=\"4 3\"/>\n",
            x(0), y(0), x(1), y(1)));
    return svg.append("</svg>\n").toString();
  }

  private static double x(double probability) {
    return LEFT + probability * (WIDTH - LEFT - RIGHT);
  }

  private static double y(double accuracy) {
    return TOP + (1 - accuracy) * PLOT;
  }

  private static void appendAxes(StringBuilder svg) {
    for (int i = 0; i <= TICKS; i++) {
      double value = (double) i / TICKS;
      svg.append(
          format(
              "<path d=\"M%d %.1fH%d\" stroke=\"#e6e6e6\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" fill=\"#666\">%.1f</text>\n",
              LEFT, y(value), WIDTH - RIGHT, LEFT - 8, y(value) + 4, value));
      svg.append(
          format(
              "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" fill=\"#666\">%.1f</text>\n",
              x(value), HEIGHT - BOTTOM + 18, value));
    }
    appendUpTitle(svg, TOP + PLOT / 2, "accuracy");
    appendUpTitle(svg, TOP + PLOT + BETWEEN + SHARES / 2, "images");
    svg.append(
        format(
            "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\" fill=\"#444\">probability of the prediction</text>\n",
            (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6));
    svg.append(
        format(
            "<path d=\"M%d %dH%dM%d %dH%d\" stroke=\"#999\"/>\n",
            LEFT, TOP + PLOT, WIDTH - RIGHT, LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT));
  }

  private static void appendUpTitle(StringBuilder svg, int y, String title) {
    svg.append(
        format(
            "<text transform=\"translate(14 %d) rotate(-90)\" text-anchor=\"middle\" fill=\"#444\">%s</text>\n",
            y, title));
  }

  private static void appendBars(StringBuilder svg, List<ReliabilityBin> bins) {
    double width = x(1.0 / bins.size()) - x(0) - 2;
    double most = bins.stream().mapToInt(ReliabilityBin::count).max().orElseThrow();
    for (int i = 0; i < bins.size(); i++) {
      ReliabilityBin bin = bins.get(i);
      if (bin.count() == 0) {
        continue;
      }
      double left = x((double) i / bins.size()) + 1;
      double share = SHARES * bin.count() / most;
      svg.append(bar(left, y(bin.accuracy()), width, bin.accuracy() * PLOT, "#7ba3cc"));
      svg.append(
          format(
              "<path d=\"M%.1f %.1fh%.1f\" stroke=\"#d9730d\" stroke-width=\"2\"><title>%d images, accuracy %.3f, mean probability %.3f</title></path>\n",
              left, y(bin.confidence()), width, bin.count(), bin.accuracy(), bin.confidence()));
      svg.append(bar(left, HEIGHT - BOTTOM - share, width, share, "#b9cde3"));
    }
  }

  private static String bar(double x, double y, double width, double height, String color) {
    return format(
        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>\n",
        x, y, width, height, color);
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}

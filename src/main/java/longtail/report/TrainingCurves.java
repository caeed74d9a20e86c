package longtail.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Curves over the steps of training runs, from their logs. */
final class TrainingCurves {
  private static final int MOST_POINTS = 300;

  private TrainingCurves() {}

  /** The numbers that {@code events} have under {@code key}, over their {@code iteration}. */
  static List<LineChart.Point> points(List<Map<String, Object>> events, String key) {
    List<LineChart.Point> points = new ArrayList<>();
    for (Map<String, Object> event : events) {
      if (event.get(key) instanceof Number value
          && event.get("iteration") instanceof Number iteration) {
        points.add(new LineChart.Point(iteration.doubleValue(), value.doubleValue()));
      }
    }
    return points;
  }

  /** A heading and a chart with the lines that have two points; nothing if there are none. */
  static String chart(String title, String axis, Map<String, List<LineChart.Point>> lines) {
    List<LineChart.Line> drawn = new ArrayList<>();
    lines.forEach(
        (name, points) -> {
          if (points.size() > 1) {
            drawn.add(new LineChart.Line(name, LineChart.thinned(points, MOST_POINTS)));
          }
        });
    return drawn.isEmpty()
        ? ""
        : "<h2>%s</h2>\n%s".formatted(title, new LineChart("step", axis, drawn).html());
  }
}

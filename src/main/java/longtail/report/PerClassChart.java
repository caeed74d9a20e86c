package longtail.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import longtail.eval.ClassResult;

/** Accuracy of the classes, most training images first: the picture of a long tail. */
final class PerClassChart {
  private static final int MOST_POINTS = 60;

  private PerClassChart() {}

  /** One line per evaluation; neighbouring classes are averaged when there are many. */
  static String svg(List<EvaluationSummary> evaluations) {
    return chart(evaluations.stream().map(e -> line(e.name(), List.of(e))).toList());
  }

  /** One line per name: the means over its evaluations, which are of the same classes. */
  static String svg(Map<String, List<EvaluationSummary>> evaluations) {
    List<LineChart.Line> lines = new ArrayList<>();
    evaluations.forEach((name, runs) -> lines.add(line(name, runs)));
    return chart(lines);
  }

  private static LineChart.Line line(String name, List<EvaluationSummary> runs) {
    List<LineChart.Point> points = new ArrayList<>();
    List<ClassResult> order = runs.get(0).classAccuracies().headToTail();
    for (int i = 0; i < order.size(); i++) {
      int label = order.get(i).label();
      double accuracy =
          runs.stream()
              .mapToDouble(run -> run.classes().get(label).accuracy())
              .average()
              .orElseThrow();
      points.add(new LineChart.Point(i, 100 * accuracy));
    }
    return new LineChart.Line(name, LineChart.thinned(points, MOST_POINTS));
  }

  private static String chart(List<LineChart.Line> lines) {
    return new LineChart(
            "classes in the order of their training images, most first", "accuracy, %", lines)
        .svg();
  }
}

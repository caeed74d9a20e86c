package longtail.report;

import java.util.ArrayList;
import java.util.List;
import longtail.eval.ClassResult;

/** Accuracy of the classes, most training images first: the picture of a long tail. */
final class PerClassChart {
  private static final int MOST_POINTS = 60;

  private PerClassChart() {}

  /** One line per evaluation; neighbouring classes are averaged when there are many. */
  static String svg(List<EvaluationSummary> evaluations) {
    List<LineChart.Line> lines = new ArrayList<>();
    for (EvaluationSummary evaluation : evaluations) {
      List<LineChart.Point> points = new ArrayList<>();
      List<ClassResult> order = evaluation.headToTail();
      for (int i = 0; i < order.size(); i++) {
        points.add(new LineChart.Point(i, 100 * order.get(i).accuracy()));
      }
      lines.add(new LineChart.Line(evaluation.name(), LineChart.thinned(points, MOST_POINTS)));
    }
    return new LineChart("class, by training images, most first", "accuracy, %", lines).svg();
  }
}

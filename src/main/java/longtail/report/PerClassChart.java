package longtail.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import longtail.dataset.Shots;

/**
 * Accuracy of the classes, most training images first: the picture of a long tail. Of few classes
 * the lines go through every class; of many, lines of means are named as such, and where there is
 * room for it every class is a dot.
 */
final class PerClassChart {
  private static final int MOST_POINTS = 60;
  private static final int MOST_DOTS = 10_000;

  private PerClassChart() {}

  /** One line for an evaluation. */
  static String html(EvaluationSummary evaluation) {
    return html(Map.of("", List.of(evaluation)));
  }

  /** One line per name: the means over its evaluations, which are of the same classes. */
  static String html(Map<String, List<EvaluationSummary>> evaluations) {
    Map<String, List<LineChart.Point>> all = new LinkedHashMap<>();
    evaluations.forEach((name, runs) -> all.put(name, points(runs)));
    int classes = all.values().stream().mapToInt(List::size).max().orElse(0);
    boolean means = classes > MOST_POINTS;
    boolean dots = means && all.size() <= 2 && all.size() * classes <= MOST_DOTS;
    List<LineChart.Line> lines = new ArrayList<>();
    all.forEach(
        (name, points) -> {
          if (dots) {
            lines.add(LineChart.Line.dots((name + " each class").strip(), points));
          }
          String line = means ? (name + " mean of " + share(classes)).strip() : name;
          lines.add(new LineChart.Line(line, LineChart.thinned(points, MOST_POINTS)));
        });
    return new LineChart(
            means && !dots
                ? "rank of the classes by training images; a point is the mean of " + share(classes)
                : "rank of the class by training images, most first",
            "accuracy, %",
            lines,
            sections(evaluations))
        .html();
  }

  private static String share(int classes) {
    int least = classes / MOST_POINTS;
    return classes % MOST_POINTS == 0
        ? "%d classes".formatted(least)
        : "%d or %d classes".formatted(least, least + 1);
  }

  private static List<LineChart.Point> points(List<EvaluationSummary> runs) {
    List<ClassFigures> order = runs.get(0).headToTail();
    return IntStream.range(0, order.size())
        .mapToObj(
            i ->
                new LineChart.Point(
                    i + 1,
                    100
                        * runs.stream()
                            .mapToDouble(run -> run.perClass().get(order.get(i).label()).accuracy())
                            .average()
                            .orElseThrow()))
        .toList();
  }

  /** Where many, medium and few end, if all evaluations divide their classes alike. */
  private static List<LineChart.Section> sections(
      Map<String, List<EvaluationSummary>> evaluations) {
    List<List<Shots.Group>> groups =
        evaluations.values().stream()
            .map(runs -> runs.get(0).headToTail().stream().map(ClassFigures::group).toList())
            .distinct()
            .toList();
    List<LineChart.Section> sections = new ArrayList<>();
    double end = .5;
    for (Shots.Group group : Shots.Group.values()) {
      long classes = groups.get(0).stream().filter(g -> g == group).count();
      end += classes;
      if (classes > 0) {
        sections.add(new LineChart.Section(group.key(), end));
      }
    }
    return groups.size() == 1 ? sections : List.of();
  }
}

package longtail.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * How models differ from class to class: the accuracies over one another, a table of all classes,
 * and the classes that gain and lose most against the first model.
 */
final class ClassComparison {
  private static final int LISTED = 10;

  /** What a model recognises of each class, {@code [classes]}; the means over its evaluations. */
  private record Model(String name, double[] accuracies) {}

  private final List<ClassFigures> classes;
  private final List<Model> models;

  private ClassComparison(List<ClassFigures> classes, List<Model> models) {
    this.classes = classes;
    this.models = models;
  }

  /**
   * The parts of a page that ends with {@link Html#script} of the same classes.
   *
   * @param evaluations of each model by its name, one or, with several seeds, more
   */
  static String html(Map<String, List<EvaluationSummary>> evaluations) {
    if (evaluations.isEmpty()) {
      return "";
    }
    List<EvaluationSummary> all =
        evaluations.values().stream().flatMap(runs -> runs.stream()).toList();
    EvaluationSummary first = all.get(0);
    if (!all.stream().allMatch(other -> other.classNames().equals(first.classNames()))) {
      return "<p class=\"note\">The models know different classes, so their classes are not compared.</p>\n";
    }
    List<Model> models = new ArrayList<>();
    evaluations.forEach((name, runs) -> models.add(new Model(name, means(runs))));
    String seeds =
        all.size() > models.size() ? "<p class=\"note\">Means over the seeds.</p>\n" : "";
    ClassComparison comparison = new ClassComparison(first.headToTail(), models);
    return "<h2>Accuracy by class</h2>\n"
        + seeds
        + PerClassChart.html(evaluations)
        + comparison.changes()
        + comparison.table();
  }

  private static double[] means(List<EvaluationSummary> runs) {
    return IntStream.range(0, runs.get(0).perClass().size())
        .mapToDouble(
            c ->
                runs.stream()
                    .mapToDouble(run -> run.perClass().get(c).accuracy())
                    .average()
                    .orElseThrow())
        .toArray();
  }

  /** The classes that gain and lose most between the first model and each other one. */
  private String changes() {
    StringBuilder html = new StringBuilder();
    for (Model model : models.subList(1, models.size())) {
      List<ClassFigures> sorted =
          classes.stream()
              .filter(c -> Double.isFinite(change(c, model)))
              .sorted(Comparator.comparingDouble(c -> -change(c, model)))
              .toList();
      html.append(
          "<h2>From %s to %s</h2>\n<div class=\"pair\">\n"
              .formatted(Html.escape(models.get(0).name), Html.escape(model.name)));
      changed(html, "gain", sorted.stream().filter(c -> change(c, model) > 0).toList(), model);
      List<ClassFigures> losing =
          new ArrayList<>(sorted.stream().filter(c -> change(c, model) < 0).toList());
      losing.sort(Comparator.comparingDouble(c -> change(c, model)));
      changed(html, "lose", losing, model);
      html.append("</div>\n");
    }
    return html.toString();
  }

  private void changed(StringBuilder html, String verb, List<ClassFigures> changed, Model model) {
    html.append(
        "<div><h3>%d %s %s</h3>\n"
            .formatted(
                changed.size(),
                changed.size() == 1 ? "class" : "classes",
                changed.size() == 1 ? verb + "s" : verb));
    if (changed.isEmpty()) {
      html.append("</div>\n");
      return;
    }
    html.append("<table class=\"cards\">\n<thead><tr><th>class</th><th>training images</th>")
        .append("<th>accuracy, %</th><th>change</th></tr></thead>\n<tbody>\n");
    for (ClassFigures c : changed.subList(0, Math.min(LISTED, changed.size()))) {
      html.append(
          "<tr><td class=\"text\">%d %s</td><td data-title=\"training images\">%d</td><td data-title=\"accuracy, %%\">%s to %s</td><td data-title=\"change\">%s</td></tr>\n"
              .formatted(
                  c.label(),
                  Html.escape(c.name()),
                  c.training(),
                  ConsoleTable.percent(models.get(0).accuracies[c.label()]),
                  ConsoleTable.percent(model.accuracies[c.label()]),
                  ConsoleTable.points(change(c, model))));
    }
    html.append("</tbody>\n</table></div>\n");
  }

  private double change(ClassFigures c, Model model) {
    return model.accuracies[c.label()] - models.get(0).accuracies[c.label()];
  }

  private String table() {
    List<Integer> labels = classes.stream().map(ClassFigures::label).toList();
    DataTable table =
        new DataTable("Find a class by name, number or shots")
            .column(
                "rank",
                DataTable.Kind.NUMBER,
                IntStream.rangeClosed(1, classes.size()).boxed().toList())
            .column("class", DataTable.Kind.CLASS, labels)
            .column("name", DataTable.Kind.NAME, labels)
            .column(
                "shots", DataTable.Kind.TEXT, classes.stream().map(c -> c.group().key()).toList())
            .column(
                "training images",
                DataTable.Kind.NUMBER,
                classes.stream().map(ClassFigures::training).toList());
    for (Model model : models) {
      table.column(
          model.name + ", %",
          DataTable.Kind.PERMILLE,
          classes.stream().map(c -> model.accuracies[c.label()]).toList());
    }
    if (models.size() == 2) {
      table.column(
          "change",
          DataTable.Kind.CHANGE,
          classes.stream().map(c -> change(c, models.get(1))).toList());
    }
    return "<h2>Classes</h2>\n<p class=\"note\">Share of the test images of each class that are recognised; the rank is by training images, 1 has most.</p>\n"
        + table.html();
  }
}

package longtail.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import longtail.train.experiment.Published;

/**
 * What publications report for the experiments of a sweep, beside what the sweep found: top-1
 * accuracy, and ours minus theirs. A sweep of experiments without such figures has no columns for
 * them.
 *
 * @param byName by the name of the experiment
 */
record PublishedFigures(Map<String, Published> byName) {
  private static final List<String> COLUMNS = List.of("published", "difference");

  /** The columns of the table. */
  List<String> headings() {
    return byName.isEmpty() ? List.of() : COLUMNS;
  }

  /** The cells of experiment {@code name}, in percent; {@code ours} is its top-1 accuracy. */
  List<String> cells(String name, Spread ours) {
    return headings().isEmpty()
        ? List.of()
        : List.of(
            accuracy(name).map(ConsoleTable::percent).orElse("-"),
            difference(name, ours.mean()).map(ConsoleTable::points).orElse("-"));
  }

  /** What ends the heading of a file of runs. */
  String csvHeading() {
    return headings().isEmpty() ? "" : "," + String.join(",", headings());
  }

  /** What ends the line of a run of experiment {@code name}; fractions. */
  String csv(String name, double ours) {
    return headings().isEmpty()
        ? ""
        : "," + text(accuracy(name)) + "," + text(difference(name, ours));
  }

  /** Adds the figures of experiment {@code name} to {@code node}, if there are any; fractions. */
  void append(ObjectNode node, String name, Spread ours) {
    Published published = byName.get(name);
    if (published == null) {
      return;
    }
    ObjectNode figures = node.putObject("published");
    figures.put(SweepFigure.TOP1.key(), fraction(published.accuracy()));
    published.many().ifPresent(v -> figures.put(SweepFigure.MANY.key(), fraction(v)));
    published.medium().ifPresent(v -> figures.put(SweepFigure.MEDIUM.key(), fraction(v)));
    published.few().ifPresent(v -> figures.put(SweepFigure.FEW.key(), fraction(v)));
    figures.put("source", published.source());
    ArrayNode others = figures.putArray("others");
    published
        .others()
        .forEach(
            other ->
                others
                    .addObject()
                    .put(SweepFigure.TOP1.key(), fraction(other.accuracy()))
                    .put("source", other.source()));
    node.put("difference", difference(name, ours.mean()).orElse(null));
  }

  /** What the columns hold, and one sentence for every source. */
  List<String> notes() {
    if (byName.isEmpty()) {
      return List.of();
    }
    Map<String, List<String>> names = new LinkedHashMap<>();
    byName.forEach(
        (name, published) ->
            names.computeIfAbsent(published.source(), source -> new ArrayList<>()).add(name));
    List<String> notes = new ArrayList<>();
    notes.add(
        "Published is the top-1 accuracy that a publication reports for the recipe, the difference ours minus it, in points.");
    names.forEach(
        (source, experiments) ->
            notes.add("Published by %s: %s".formatted(source, String.join(", ", experiments))));
    byName.forEach(
        (name, published) ->
            published
                .others()
                .forEach(
                    other ->
                        notes.add(
                            "%s, also published: %s by %s"
                                .formatted(name, other.accuracy(), other.source()))));
    return notes;
  }

  private Optional<Double> accuracy(String name) {
    return Optional.ofNullable(byName.get(name)).map(published -> fraction(published.accuracy()));
  }

  private Optional<Double> difference(String name, double ours) {
    return accuracy(name).filter(value -> !Double.isNaN(ours)).map(value -> ours - value);
  }

  /** In decimal, so that 77.54 % is 0.7754. */
  static double fraction(double percent) {
    return BigDecimal.valueOf(percent).movePointLeft(2).doubleValue();
  }

  private static String text(Optional<Double> value) {
    return value.map(String::valueOf).orElse("");
  }
}

package longtail.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A table of models and their figures, in which the best of each column is set off. */
final class FigureTable {
  /**
   * A row.
   *
   * @param name of the model
   * @param link page of the model, relative to that of the table
   * @param figures fractions in the order of {@link ComparedFigure}; NaN for what is not known
   * @param compared whether they take part in the comparison
   */
  private record Row(String name, Optional<String> link, List<Double> figures, boolean compared) {}

  private final String heading;
  private final List<Row> rows = new ArrayList<>();

  /**
   * A table without rows.
   *
   * @param heading above the names
   */
  FigureTable(String heading) {
    this.heading = heading;
  }

  /** Adds a model. */
  void add(String name, List<Double> figures) {
    rows.add(new Row(name, Optional.empty(), figures, true));
  }

  /** Adds a model with a page of its own. */
  void addLinked(String name, String link, List<Double> figures) {
    rows.add(new Row(name, Optional.of(link), figures, true));
  }

  /** Adds figures that are not compared, such as those of a publication. */
  void addApart(String name, List<Double> figures) {
    rows.add(new Row(name, Optional.empty(), figures, false));
  }

  /** As text for the console, in percent. */
  String text() {
    List<List<String>> cells = new ArrayList<>();
    cells.add(joined(heading, ComparedFigure.headings()));
    rows.forEach(
        row -> cells.add(joined(row.name, row.figures.stream().map(FigureTable::text).toList())));
    return ConsoleTable.render(cells);
  }

  /** As part of a page, in percent. */
  String html() {
    StringBuilder table = new StringBuilder("<table class=\"cards\">\n<thead><tr>");
    joined(heading, ComparedFigure.headings())
        .forEach(title -> table.append("<th>%s</th>".formatted(Html.escape(title))));
    table.append("</tr></thead>\n<tbody>\n");
    for (Row row : rows) {
      table.append(
          "<tr%s><td class=\"text\">%s</td>"
              .formatted(row.compared ? "" : " class=\"apart\"", name(row)));
      for (int i = 0; i < row.figures.size(); i++) {
        table.append(
            "<td%s data-title=\"%s\">%s</td>"
                .formatted(
                    best(row, i) ? " class=\"best\"" : "",
                    ComparedFigure.headings().get(i),
                    text(row.figures.get(i))));
      }
      table.append("</tr>\n");
    }
    return table.append("</tbody>\n</table>\n").toString();
  }

  private static String name(Row row) {
    String name = Html.escape(row.name);
    return row.link
        .map(link -> "<a href=\"%s\">%s</a>".formatted(Html.escape(link), name))
        .orElse(name);
  }

  private boolean best(Row row, int column) {
    List<Row> compared = rows.stream().filter(other -> other.compared).toList();
    double best =
        compared.stream()
            .mapToDouble(other -> other.figures.get(column))
            .filter(figure -> !Double.isNaN(figure))
            .max()
            .orElse(Double.NaN);
    return compared.size() > 1 && row.compared && row.figures.get(column) == best;
  }

  private static String text(double figure) {
    return Double.isNaN(figure) ? "-" : ConsoleTable.percent(figure);
  }

  private static List<String> joined(String first, List<String> others) {
    List<String> all = new ArrayList<>(List.of(first));
    all.addAll(others);
    return all;
  }
}

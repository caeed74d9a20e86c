package longtail.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A table of many rows that its reader searches, sorts and leafs through; on a narrow page each row
 * is a card. The rows are data of the page, see {@link Html#script}.
 */
final class DataTable {
  private static final int SHOWN = 25;

  /** What the values of a column are. */
  enum Kind {
    /** Whole numbers. */
    NUMBER,
    /** Numbers of classes, as they are. */
    CLASS,
    /** Texts. */
    TEXT,
    /** Numbers of classes, shown by their names. */
    NAME,
    /** Fractions, shown in percent. */
    PERMILLE,
    /** Differences of fractions, shown in points with their sign. */
    CHANGE
  }

  private final Map<String, Object> table = new LinkedHashMap<>();
  private final List<Map<String, Object>> columns = new ArrayList<>();

  /**
   * A table without columns.
   *
   * @param find what its field of search is for
   */
  DataTable(String find) {
    table.put("find", find);
    table.put("size", SHOWN);
  }

  /** A row that is clicked means the class whose number is in the last column so far. */
  DataTable picking() {
    table.put("pick", columns.size() - 1);
    return this;
  }

  /** Adds a column of {@code kind}; a fraction that is NaN is not known. */
  DataTable column(String title, Kind kind, List<?> values) {
    boolean fractions = kind == Kind.PERMILLE || kind == Kind.CHANGE;
    Map<String, Object> column = new LinkedHashMap<>();
    column.put("title", title);
    column.put("kind", kind.name().toLowerCase(Locale.ROOT));
    column.put(
        "values",
        fractions
            ? values.stream().mapToDouble(v -> (Double) v).mapToObj(DataTable::permille).toList()
            : values);
    columns.add(column);
    return this;
  }

  private static Long permille(double fraction) {
    return Double.isNaN(fraction) ? null : (Long) Math.round(1000 * fraction);
  }

  String html() {
    table.put("columns", columns);
    return "<div class=\"data-table\"><script type=\"application/json\">%s</script></div>\n"
        .formatted(Html.data(table));
  }
}

package longtail.report;

/** Cells of a table of comma-separated values. */
public final class Csv {
  private Csv() {}

  /** {@code text} as a cell, in quotes where it needs them (RFC 4180). */
  public static String quoted(String text) {
    boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}

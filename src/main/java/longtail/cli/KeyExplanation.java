package longtail.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import longtail.ErrorCode;
import longtail.LongTailException;

/**
 * What the documents say of a key of the experiment file. The tables are those of the documents,
 * which are made from the records that a file is bound to.
 */
final class KeyExplanation {
  private static final String TABLES = "experiment-keys.md";
  private static final String FILE = "The file";
  private static final Pattern LINK = Pattern.compile("\\[([^]]+)]\\(#([^)]+)\\)");

  /** A row of a table: the member of a family or nothing, key, value, default, meaning. */
  private record Row(String member, String key, String value, String fallback, String meaning) {
    /** The table that the value links to. */
    Optional<String> table() {
      Matcher link = LINK.matcher(value);
      return link.find() ? Optional.of(link.group(1)) : Optional.empty();
    }
  }

  private final Map<String, List<Row>> tables = new LinkedHashMap<>();
  private final Map<String, String> summaries = new LinkedHashMap<>();

  private KeyExplanation(String markdown) {
    String title = "";
    for (String line : markdown.lines().toList()) {
      if (line.startsWith("### ")) {
        title = line.substring(4);
        tables.put(title, new ArrayList<>());
      } else if (line.startsWith("| `") || line.startsWith("| | `")) {
        tables.get(title).add(row(line, tables.get(title)));
      } else if (!line.isBlank() && !line.startsWith("|") && !line.startsWith("<")) {
        summaries.merge(title, line, (a, b) -> a + "\n" + b);
      }
    }
  }

  private static Row row(String line, List<Row> before) {
    List<String> cells =
        Arrays.stream(line.substring(1, line.lastIndexOf('|')).split("(?<!\\\\)\\|", -1))
            .map(cell -> cell.strip().replace("\\|", "|"))
            .toList();
    if (cells.size() == 4) {
      return new Row("", code(cells.get(0)), cells.get(1), cells.get(2), cells.get(3));
    }
    String member =
        cells.get(0).isEmpty() ? before.get(before.size() - 1).member : code(cells.get(0));
    return new Row(member, code(cells.get(1)), cells.get(2), cells.get(3), cells.get(4));
  }

  /**
   * The explanation of {@code path}, such as {@code stages.optimizer}, {@code loss.ldam} or {@code
   * stages.0.loss.ldam.scale}: a table, a member of a family, or a key.
   *
   * @throws LongTailException (USAGE) if there is no such key
   */
  static String of(String path) {
    try (InputStream in = KeyExplanation.class.getResourceAsStream(TABLES)) {
      String markdown = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return new KeyExplanation(markdown).find(path);
    } catch (IOException e) {
      throw new IllegalStateException("cannot read " + TABLES, e);
    }
  }

  private String find(String path) {
    String table = FILE;
    List<Row> rows = tables.get(FILE);
    String summary = summaries.get(FILE);
    List<String> words =
        Arrays.stream(path.split("\\.")).filter(word -> !word.matches("[0-9]*")).toList();
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      List<Row> ofMember = rows.stream().filter(row -> row.member.equals(word)).toList();
      List<Row> keys = rows.stream().filter(row -> row.key.equals(word)).toList();
      if (!ofMember.isEmpty()) {
        rows = ofMember;
        summary = ofMember.get(0).meaning;
      } else if (keys.size() == 1 && keys.get(0).table().isPresent()) {
        table = keys.get(0).table().get();
        summary = keys.get(0).meaning + "\n" + summaries.get(table);
        rows = tables.get(table);
      } else if (!keys.isEmpty()) {
        rows = keys;
        summary = "";
      } else if (i == 0 && tables.containsKey(word)) {
        table = word;
        rows = tables.get(word);
        summary = summaries.get(word);
      } else {
        throw new LongTailException(
            ErrorCode.USAGE,
            "there is no '%s' where '%s' leads: there are %s".formatted(word, path, names(rows)));
      }
    }
    return plain(summary.isEmpty() ? "" : summary + "\n\n") + text(rows);
  }

  private static String names(List<Row> rows) {
    return String.join(
        ", ",
        rows.stream().map(row -> row.key.isEmpty() ? row.member : row.key).distinct().toList());
  }

  private static String text(List<Row> rows) {
    StringBuilder text = new StringBuilder();
    boolean family = rows.stream().map(Row::member).distinct().count() > 1;
    for (Row row : rows) {
      if (row.key.isEmpty()) {
        if (family) {
          text.append(row.member).append(": ").append(plain(row.meaning)).append('\n');
        }
        continue;
      }
      text.append("  ")
          .append(row.key)
          .append(" = ")
          .append(plain(row.value))
          .append(row.fallback.equals("**required**") ? ", " : ", default ")
          .append(plain(row.fallback))
          .append("\n      ")
          .append(plain(row.meaning))
          .append('\n');
    }
    return text.toString();
  }

  private static String code(String cell) {
    return cell.replace("`", "");
  }

  /** Without the marks of Markdown. */
  private static String plain(String markdown) {
    return LINK.matcher(markdown).replaceAll("$1").replace("`", "").replace("**", "");
  }
}

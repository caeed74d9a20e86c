package longtail.report;

import java.util.List;
import java.util.Map;

/** The page of a sweep. */
final class SweepPage {
  private SweepPage() {}

  /**
   * The page.
   *
   * @param rows the table, heading first
   * @param notes sentences below the table: what its columns hold, which runs failed
   * @param evaluations figures of the finished runs of each experiment
   */
  static String html(
      String title,
      List<List<String>> rows,
      List<String> notes,
      Map<String, List<EvaluationSummary>> evaluations) {
    StringBuilder body = new StringBuilder();
    body.append("<h1>%s</h1>\n".formatted(Html.escape(title)));
    body.append("<p class=\"note\">Mean ± sample standard deviation over the seeds, of the last ")
        .append(
            "checkpoint of each run. Accuracy and expected calibration error (ECE) in percent; ")
        .append("the groups are means over classes with many, medium or few training images; ")
        .append("images/s is the speed of training.</p>\n");
    appendTable(body, rows);
    for (String note : notes) {
      body.append("<p class=\"note\">%s</p>\n".formatted(Html.escape(note)));
    }
    body.append(ClassComparison.html(evaluations));
    evaluations.values().stream()
        .findFirst()
        .ifPresent(runs -> body.append(Html.script(runs.get(0).classNames())));
    return Html.page(title, body.toString());
  }

  private static void appendTable(StringBuilder body, List<List<String>> rows) {
    body.append("<table>\n");
    for (int r = 0; r < rows.size(); r++) {
      String cell = r == 0 ? "th" : "td";
      body.append("<tr>");
      for (String text : rows.get(r)) {
        body.append("<%s>%s</%s>".formatted(cell, Html.escape(text).replace("+-", "±"), cell));
      }
      body.append("</tr>\n");
    }
    body.append("</table>\n");
  }
}

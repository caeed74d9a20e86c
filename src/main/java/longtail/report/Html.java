package longtail.report;

import java.util.Base64;
import java.util.Map;

/** The frame and the small parts of the pages; a page needs no other file and no network. */
final class Html {
  private static final String STYLE =
      """
      :root { color-scheme: light; }
      body { font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; color: #222;
        background: #fff; max-width: 1080px; margin: 2.5rem auto; padding: 0 1.5rem; }
      h1 { font-size: 1.7rem; font-weight: 600; margin: 0 0 .3rem; }
      h2 { font-size: 1.15rem; font-weight: 600; margin: 2.4rem 0 .6rem; }
      p.note { color: #666; margin: .2rem 0 .8rem; max-width: 46rem; }
      table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
      th, td { padding: .32rem .9rem .32rem 0; text-align: right; border-bottom: 1px solid #e6e6e6; }
      th { font-weight: 600; color: #555; border-bottom: 1px solid #999; }
      th:first-child, td:first-child, th.text, td.text { text-align: left; }
      td.best { font-weight: 600; color: #08519c; }
      table.facts td { border: 0; padding: .05rem 1.4rem .05rem 0; text-align: left; }
      table.facts td:first-child { color: #666; }
      .figures { display: flex; flex-wrap: wrap; gap: 0; margin: 1.4rem 0 0; border-top: 1px solid #999;
        border-bottom: 1px solid #e6e6e6; }
      .figures div { flex: 1; min-width: 8rem; padding: .7rem 1rem .7rem 0; }
      .figures b { display: block; font-size: 1.6rem; font-weight: 600;
        font-variant-numeric: tabular-nums; }
      .figures span { color: #666; font-size: .85rem; }
      img, svg { max-width: 100%; height: auto; }
      figure { margin: 0 0 1.5rem; }
      figcaption { color: #666; font-size: .9rem; margin-bottom: .3rem; }
      .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)); gap: 1.5rem; }
      summary { cursor: pointer; color: #08519c; }
      .wide { overflow-x: auto; }
      """;

  private Html() {}

  /** A complete page. */
  static String page(String title, String body) {
    return page(title, "", body);
  }

  /** A complete page with rules of its own behind those of all pages. */
  static String page(String title, String style, String body) {
    return """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>%s</title>
        <style>
        %s%s</style>
        </head>
        <body>
        %s</body>
        </html>
        """
        .formatted(escape(title), STYLE, style, body);
  }

  /** Text that is safe in elements and quoted attributes. */
  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  /** Adds a table of facts, if there are any. */
  static void appendFacts(StringBuilder body, Map<String, String> facts) {
    if (facts.isEmpty()) {
      return;
    }
    body.append("<table class=\"facts\">\n");
    facts.forEach(
        (name, value) ->
            body.append(
                "<tr><td>%s</td><td>%s</td></tr>\n".formatted(escape(name), escape(value))));
    body.append("</table>\n");
  }

  /** A PNG picture inside the page. */
  static String image(byte[] png, String alternative) {
    return "<img alt=\"%s\" src=\"data:image/png;base64,%s\">\n"
        .formatted(escape(alternative), Base64.getEncoder().encodeToString(png));
  }
}

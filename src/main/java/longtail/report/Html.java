package longtail.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** The frame and the small parts of the pages; a page needs no other file and no network. */
final class Html {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String STYLE = resource("page.css");
  private static final String SCRIPT = resource("page.js");

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

  /** Adds figures that are read first, each with what it is. */
  static void appendFigures(StringBuilder body, Map<String, String> figures) {
    body.append("<div class=\"figures\">\n");
    figures.forEach(
        (name, value) ->
            body.append(
                "<div><b>%s</b><span>%s</span></div>\n".formatted(escape(value), escape(name))));
    body.append("</div>\n");
  }

  /** Adds a row of numbers, each below its heading; it wraps where the page is narrow. */
  static void appendPairs(StringBuilder body, Map<String, String> pairs) {
    body.append("<dl class=\"pairs\">\n");
    pairs.forEach(
        (name, value) ->
            body.append(
                "<div><dt>%s</dt><dd>%s</dd></div>\n".formatted(escape(name), escape(value))));
    body.append("</dl>\n");
  }

  /** Data of the script of {@link #script}; whatever the texts in it are, they end no element. */
  static String data(Object data) {
    try {
      return JSON.writeValueAsString(data).replace("<", "\\u003c");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the data of a page are lists, maps, texts and numbers", e);
    }
  }

  /**
   * What makes tables and confusion matrices of the page live, at its end.
   *
   * @param classNames names that the data of the page call by their numbers
   */
  static String script(List<String> classNames) {
    return """
        <noscript><p class="note">The tables of classes and the confusion matrix need JavaScript;
        the CSV files beside the page hold the same.</p></noscript>
        <script type="application/json" id="class-names">%s</script>
        <script>
        %s</script>
        """
        .formatted(data(classNames), SCRIPT);
  }

  private static String resource(String name) {
    try (InputStream in = Html.class.getResourceAsStream("/longtail/report/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + name + " of the program", e);
    }
  }
}

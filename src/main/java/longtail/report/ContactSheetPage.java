package longtail.report;

import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import longtail.Quantity;
import longtail.storage.OutputFile;
import org.apache.hadoop.conf.Configuration;

/**
 * The page of predictions without labels: how many images of each class, and those of which the
 * model is least certain, with what speaks for the class. Its size follows from the number of
 * pictures alone.
 */
public final class ContactSheetPage {
  private static final String STYLE =
      """
      section { border-top: 1px solid #e6e6e6; padding: .8rem 0 .2rem; }
      section h3 { font-size: 1rem; font-weight: 600; margin: 0 0 .5rem; overflow-wrap: anywhere; }
      section h3 span { color: #666; font-weight: 400; }
      section.single { display: inline-block; width: 232px; margin-right: 1.2rem;
        vertical-align: top; }
      section[hidden] { display: none; }
      .sheet { display: flex; flex-wrap: wrap; gap: .9rem 1.2rem; }
      .sheet figure { width: 232px; margin: 0 0 .4rem; }
      .sheet img { width: 112px; height: 112px; object-fit: contain; background: #f3f3f3;
        margin-right: 4px; }
      .sheet figcaption { font-size: .8rem; line-height: 1.35; margin: 0; overflow-wrap: anywhere; }
      .sheet figcaption b { color: #222; font-weight: 600; }
      input[type=search] { font: inherit; padding: .35rem .6rem; width: 100%; max-width: 24rem;
        border: 1px solid #999; border-radius: 4px; }
      td.text, table.facts td { overflow-wrap: anywhere; }
      .wide { overflow-x: auto; }
      @media (max-width: 600px) {
        body { margin: 1rem auto; padding: 0 .8rem; }
        .sheet figure, section.single { width: 208px; }
        .sheet img { width: 100px; height: 100px; }
      }
      """;

  private static final String SEARCH =
      """
      <p><input type="search" id="search" placeholder="Find a class" aria-label="Find a class"></p>
      <script>
      document.getElementById('search').addEventListener('input', event => {
        const wanted = event.target.value.toLowerCase();
        for (const section of document.querySelectorAll('section[data-class]')) {
          section.hidden = !section.dataset.class.toLowerCase().includes(wanted);
        }
      });
      </script>
      """;

  private ContactSheetPage() {}

  /**
   * A class that was predicted.
   *
   * @param name of the class
   * @param images number of images
   * @param uncertain pictures of those of which the model is least certain, least first; possibly
   *     none
   */
  public record Predicted(String name, int images, List<Picture> uncertain) {}

  /**
   * An image.
   *
   * @param path of the image
   * @param best the best classes by name with their probabilities, in order
   * @param jpeg the image as the network sees it
   * @param activation the same under its activation map; empty if the model has none
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over
  public record Picture(String path, Map<String, Double> best, byte[] jpeg, byte[] activation) {}

  /**
   * Writes the page.
   *
   * @param file path of the page
   * @param title of the page
   * @param facts where model and images came from, in order
   * @param figures what is counted, by what it is called, in order
   * @param classes all classes that were predicted, in any order
   * @param errors why images cannot be read, by their paths, in order
   */
  public static void write(
      String file,
      String title,
      Map<String, String> facts,
      Map<String, Integer> figures,
      List<Predicted> classes,
      Map<String, String> errors,
      Configuration conf) {
    StringBuilder body = new StringBuilder();
    body.append("<h1>%s</h1>\n".formatted(Html.escape(title)));
    Html.appendFacts(body, facts);
    body.append("<div class=\"figures\">\n");
    figures.forEach(
        (name, number) ->
            body.append(
                "<div><b>%s</b><span>%s</span></div>\n"
                    .formatted(String.format(Locale.ROOT, "%,d", number), Html.escape(name))));
    body.append("</div>\n");
    List<Predicted> sorted =
        classes.stream().sorted((a, b) -> Integer.compare(b.images(), a.images())).toList();
    appendSheets(body, sorted);
    appendClasses(body, sorted);
    appendErrors(body, errors);
    OutputFile.of(file, conf).write(Html.page(title, STYLE, body.toString()));
  }

  private static void appendSheets(StringBuilder body, List<Predicted> classes) {
    List<Predicted> shown = classes.stream().filter(c -> !c.uncertain().isEmpty()).toList();
    body.append("<h2>Least certain</h2>\n<p class=\"note\">Of each predicted class the images ")
        .append("with the lowest probability, as the network sees them; beside each, what speaks ")
        .append("for the class (red much, blue little). The most frequent classes come first.");
    if (shown.size() < classes.size()) {
      body.append(
          " Shown are the %,d of %,d classes with the least certain images."
              .formatted(shown.size(), classes.size()));
    }
    body.append("</p>\n").append(SEARCH);
    for (Predicted predicted : shown) {
      body.append(
          "<section%s data-class=\"%s\"><h3>%s <span>%s</span></h3>\n<div class=\"sheet\">\n"
              .formatted(
                  predicted.uncertain().size() == 1 ? " class=\"single\"" : "",
                  Html.escape(predicted.name()),
                  Html.escape(predicted.name()),
                  Quantity.grouped(predicted.images(), "image")));
      predicted.uncertain().forEach(picture -> append(body, picture));
      body.append("</div>\n</section>\n");
    }
  }

  private static void append(StringBuilder body, Picture picture) {
    body.append("<figure>").append(jpeg(picture.jpeg(), picture.path()));
    if (picture.activation().length > 0) {
      body.append(jpeg(picture.activation(), "activation map"));
    }
    body.append("<figcaption>");
    boolean[] first = {true};
    picture
        .best()
        .forEach(
            (name, probability) -> {
              String text = String.format(Locale.ROOT, "%s %.3f", Html.escape(name), probability);
              body.append(first[0] ? "<b>" + text + "</b>" : ", " + text);
              first[0] = false;
            });
    body.append("<br>%s</figcaption></figure>\n".formatted(Html.escape(picture.path())));
  }

  private static String jpeg(byte[] jpeg, String alternative) {
    return "<img loading=\"lazy\" alt=\"%s\" src=\"data:image/jpeg;base64,%s\">"
        .formatted(Html.escape(alternative), Base64.getEncoder().encodeToString(jpeg));
  }

  private static void appendClasses(StringBuilder body, List<Predicted> classes) {
    body.append(
        "<h2>Predicted classes</h2>\n<details%s><summary>%s</summary>\n<div class=\"wide\"><table>\n<tr><th>class</th><th>images</th></tr>\n"
            .formatted(
                classes.size() <= 30 ? " open" : "", Quantity.grouped(classes.size(), "class")));
    for (Predicted predicted : classes) {
      body.append(
          "<tr><td>%s</td><td>%s</td></tr>\n"
              .formatted(
                  Html.escape(predicted.name()),
                  String.format(Locale.ROOT, "%,d", predicted.images())));
    }
    body.append("</table></div>\n</details>\n");
  }

  private static void appendErrors(StringBuilder body, Map<String, String> errors) {
    if (errors.isEmpty()) {
      return;
    }
    body.append(
            "<h2>Images that cannot be read</h2>\n<p class=\"note\">The first ones; the column ")
        .append("error of the predictions has all.</p>\n<div class=\"wide\"><table>\n")
        .append("<tr><th>image</th><th class=\"text\">reason</th></tr>\n");
    errors.forEach(
        (path, reason) ->
            body.append(
                "<tr><td>%s</td><td class=\"text\">%s</td></tr>\n"
                    .formatted(Html.escape(path), Html.escape(reason))));
    body.append("</table></div>\n");
  }
}

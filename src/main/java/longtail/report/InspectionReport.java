package longtail.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import longtail.Quantity;
import longtail.dataset.ClassCounts;
import longtail.dataset.Inspection;
import longtail.dataset.Inspection.Duplicates;
import longtail.dataset.Inspection.Split;
import longtail.dataset.Shots;
import longtail.storage.OutputFile;
import org.apache.hadoop.conf.Configuration;

/** What a collection is, as a table for the console, as JSON and as a page. */
public final class InspectionReport {
  /** Name of the page in the output directory. */
  public static final String PAGE = "inspection.html";

  private static final String JSON = "inspection.json";
  private static final int NAMED_CLASSES = 2000;
  private static final int NAMED_IMAGES = 100;
  private static final int MOST_POINTS = 1000;

  private InspectionReport() {}

  /** Writes {@code inspection.json} and {@code inspection.html} to {@code directory}. */
  public static void write(String directory, Inspection inspection, Configuration conf) {
    try {
      OutputFile.in(directory, JSON, conf)
          .write(
              new ObjectMapper()
                      .enable(SerializationFeature.INDENT_OUTPUT)
                      .writeValueAsString(inspection)
                  + "\n");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an inspection is plain data", e);
    }
    OutputFile.in(directory, PAGE, conf)
        .write(Html.page("Inspection of " + inspection.origin(), body(inspection)));
  }

  /** The table of the splits, and what else there is to say, a line each. */
  public static String text(Inspection inspection) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "split",
            "images",
            "classes",
            "largest",
            "smallest",
            "factor",
            "many",
            "medium",
            "few",
            "unreadable",
            "shorter side"));
    for (Split split : inspection.splits()) {
      rows.add(row(split, inspection.shots()));
    }
    StringBuilder text = new StringBuilder(ConsoleTable.render(rows));
    sentences(inspection).forEach(sentence -> text.append(sentence).append('\n'));
    return text.toString();
  }

  private static List<String> row(Split split, Shots shots) {
    ClassCounts counts = split.counts();
    return List.of(
        split.name(),
        String.format(Locale.ROOT, "%,d", counts.total()),
        "" + counts.classes(),
        "" + counts.max(),
        "" + counts.min(),
        String.format(Locale.ROOT, "%.1f", split.imbalanceFactor()),
        "" + counts.classesOf(Shots.Group.MANY, shots),
        "" + counts.classesOf(Shots.Group.MEDIUM, shots),
        "" + counts.classesOf(Shots.Group.FEW, shots),
        "" + split.unreadableImages(),
        "%d to %d, half up to %d"
            .formatted(split.shorter().least(), split.shorter().most(), split.shorter().median()));
  }

  private static List<String> sentences(Inspection inspection) {
    List<String> sentences = new ArrayList<>();
    for (Split split : inspection.splits()) {
      for (String note : split.notes()) {
        sentences.add("%s: %s".formatted(split.name(), note));
      }
      long empty = split.images().stream().filter(n -> n == 0).count();
      if (empty > 0) {
        sentences.add(
            "%s: %s no image"
                .formatted(split.name(), Quantity.does(empty, "class", "has", "have")));
      }
    }
    sentences.add("same bytes: " + sentence(inspection.copies()));
    sentences.add("look alike: " + sentence(inspection.lookAlikes()));
    sentences.add("begin with " + inspection.beginning().recipe());
    inspection.beginning().reasons().forEach(reason -> sentences.add("  " + reason));
    return sentences;
  }

  private static String sentence(Duplicates duplicates) {
    return duplicates.groups() == 0
        ? "none"
        : "%s of %s, %,d of them across splits, %,d across classes"
            .formatted(
                Quantity.grouped(duplicates.groups(), "group"),
                Quantity.grouped(duplicates.images(), "image"),
                duplicates.acrossSplits(),
                duplicates.acrossClasses());
  }

  private static String body(Inspection inspection) {
    StringBuilder body = new StringBuilder();
    body.append("<h1>%s</h1>\n".formatted(Html.escape(inspection.origin())));
    figures(body, inspection);
    tail(body, inspection);
    splits(body, inspection);
    body.append(
        "<h2>Where to begin</h2>\n<p><code>%s</code></p>\n<ul>\n"
            .formatted(Html.escape(inspection.beginning().recipe())));
    inspection
        .beginning()
        .reasons()
        .forEach(reason -> body.append("<li>%s</li>\n".formatted(Html.escape(reason))));
    body.append("</ul>\n");
    duplicates(body, "Images with the same bytes", inspection.copies());
    duplicates(body, "Images that look alike", inspection.lookAlikes());
    inspection.splits().forEach(split -> unreadable(body, split));
    classes(body, inspection.splits().get(0), inspection.shots());
    return body.toString();
  }

  private static void figures(StringBuilder body, Inspection inspection) {
    Split training = inspection.splits().get(0);
    Map<String, String> figures = new LinkedHashMap<>();
    figures.put("images to train on", String.format(Locale.ROOT, "%,d", training.counts().total()));
    figures.put("classes", "" + training.counts().classes());
    figures.put(
        "largest over smallest", String.format(Locale.ROOT, "%.1f", training.imbalanceFactor()));
    figures.put(
        "unreadable", "" + inspection.splits().stream().mapToInt(Split::unreadableImages).sum());
    figures.put("duplicates", "" + (inspection.copies().images() - inspection.copies().groups()));
    body.append("<div class=\"figures\">");
    figures.forEach(
        (name, value) -> body.append("<div><b>%s</b><span>%s</span></div>".formatted(value, name)));
    body.append("</div>\n");
  }

  private static void tail(StringBuilder body, Inspection inspection) {
    List<LineChart.Line> lines = new ArrayList<>();
    for (Split split : inspection.splits()) {
      List<Integer> sorted =
          split.images().stream().filter(n -> n > 0).sorted(Comparator.reverseOrder()).toList();
      lines.add(
          new LineChart.Line(
              split.name(),
              LineChart.thinned(
                  IntStream.range(0, sorted.size())
                      .mapToObj(i -> new LineChart.Point(i + 1, Math.log10(sorted.get(i))))
                      .toList(),
                  MOST_POINTS)));
    }
    body.append("<h2>The tail</h2>\n<p class=\"note\">Images of the classes, the largest first; ")
        .append("one unit upwards is ten times as many.</p>\n")
        .append(
            new LineChart("class, by its number of images", "images, decimal logarithm", lines)
                .html());
  }

  private static void splits(StringBuilder body, Inspection inspection) {
    body.append(
            "<h2>Splits</h2>\n<div class=\"wide\"><table>\n<tr><th>split</th><th>images</th><th>classes</th>")
        .append("<th>largest</th><th>smallest</th><th>factor</th><th>many</th><th>medium</th>")
        .append("<th>few</th><th>unreadable</th><th>shorter side, pixels</th></tr>\n");
    for (Split split : inspection.splits()) {
      body.append("<tr>");
      row(split, inspection.shots())
          .forEach(cell -> body.append("<td>%s</td>".formatted(Html.escape(cell))));
      body.append("</tr>\n");
    }
    body.append("</table></div>\n");
    for (Split split : inspection.splits()) {
      for (String note : split.notes()) {
        body.append(
            "<p class=\"note\">%s: %s</p>\n"
                .formatted(Html.escape(split.name()), Html.escape(note)));
      }
    }
  }

  private static void duplicates(StringBuilder body, String title, Duplicates duplicates) {
    body.append("<h2>%s</h2>\n<p class=\"note\">%s.</p>\n".formatted(title, sentence(duplicates)));
    if (duplicates.groups() > 0) {
      body.append("<details><summary>The groups, those across splits first</summary><ul>\n");
      duplicates.examples().stream()
          .limit(NAMED_IMAGES)
          .forEach(
              group ->
                  body.append("<li>%s</li>\n".formatted(Html.escape(String.join(", ", group)))));
      body.append("</ul></details>\n");
    }
  }

  private static void unreadable(StringBuilder body, Split split) {
    if (split.unreadableImages() == 0) {
      return;
    }
    body.append(
        "<h2>Images of %s that cannot be read</h2>\n<div class=\"wide\"><table>\n<tr><th>image</th><th class=\"text\">reason</th></tr>\n"
            .formatted(Html.escape(split.name())));
    split.unreadable().stream()
        .limit(NAMED_IMAGES)
        .forEach(
            image ->
                body.append(
                    "<tr><td>%s</td><td class=\"text\">%s</td></tr>\n"
                        .formatted(Html.escape(image.path()), Html.escape(image.reason()))));
    body.append("</table></div>\n");
    if (split.unreadableImages() > NAMED_IMAGES) {
      body.append(
          "<p class=\"note\">And %,d more, see %s.</p>\n"
              .formatted(split.unreadableImages() - NAMED_IMAGES, JSON));
    }
  }

  private static void classes(StringBuilder body, Split split, Shots shots) {
    List<Integer> order =
        IntStream.range(0, split.images().size())
            .boxed()
            .sorted(Comparator.comparingInt((Integer c) -> -split.images().get(c)))
            .toList();
    body.append(
            "<h2>Classes of %s</h2>\n<details%s><summary>All, the largest first</summary><div class=\"wide\"><table>\n"
                .formatted(Html.escape(split.name()), order.size() <= 20 ? " open" : ""))
        .append("<tr><th>class</th><th>number</th><th>images</th><th>shots</th></tr>\n");
    order.stream()
        .limit(NAMED_CLASSES)
        .forEach(
            c ->
                body.append(
                    "<tr><td>%s</td><td>%d</td><td>%d</td><td>%s</td></tr>\n"
                        .formatted(
                            Html.escape(split.classNames().get(c)),
                            c,
                            split.images().get(c),
                            shots.of(split.images().get(c)).key())));
    body.append("</table></div></details>\n");
    if (order.size() > NAMED_CLASSES) {
      body.append(
          "<p class=\"note\">The other %,d are in %s.</p>\n"
              .formatted(order.size() - NAMED_CLASSES, JSON));
    }
  }
}

package longtail.spark.predict;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import longtail.Quantity;
import longtail.spark.predict.PartReport.Unreadable;

/**
 * What was predicted; {@code predictions.json} holds it.
 *
 * @param model path of the model zip
 * @param modelDigest SHA-256 of the model zip
 * @param source what the user named as images
 * @param images number of images
 * @param unreadable images that could not be read
 * @param rejected images whose answer is below the threshold
 * @param threshold softmax probability below which an answer is rejected
 * @param file the predictions, a file or a directory
 * @param page the contact sheet; empty if there is none
 * @param predicted images of each class that was predicted, by its name
 * @param errors the first images that could not be read
 * @param notes what the user should know
 * @param scored images that this run has scored; fewer than all if it went on with an earlier one
 * @param seconds duration of this run
 */
public record PredictSummary(
    String model,
    String modelDigest,
    String source,
    int images,
    int unreadable,
    int rejected,
    double threshold,
    String file,
    String page,
    Map<String, Integer> predicted,
    List<Unreadable> errors,
    List<String> notes,
    int scored,
    double seconds) {

  /** Images per second of this run. */
  public double imagesPerSecond() {
    return scored / Math.max(seconds, 1e-9);
  }

  /** The table that the command prints. */
  public String table() {
    StringBuilder table = new StringBuilder();
    row(table, "images", "%,d in %s".formatted(images, source));
    row(
        table,
        "classes",
        "%d predicted, most often %s".formatted(predicted.size(), mostFrequent()));
    if (rejected > 0) {
      row(table, "rejected", "%,d below the probability %s".formatted(rejected, threshold));
    }
    if (unreadable > 0) {
      row(
          table,
          "unreadable",
          "%,d, see the column error; the first: %s: %s"
              .formatted(unreadable, errors.get(0).path(), errors.get(0).reason()));
    }
    notes.forEach(note -> row(table, "note", note));
    row(
        table,
        "speed",
        "%s in %.1f s, %,.0f images/s"
            .formatted(Quantity.grouped(scored, "image"), seconds, imagesPerSecond()));
    table.append("The predictions are ").append(file).append('\n');
    if (!page.isEmpty()) {
      table.append("The contact sheet is ").append(page).append('\n');
    }
    return table.toString();
  }

  private String mostFrequent() {
    return predicted.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(entry -> "%s (%,d)".formatted(entry.getKey(), entry.getValue()))
        .orElse("none");
  }

  private static void row(StringBuilder table, String name, String value) {
    table.append(String.format(Locale.ROOT, "%-11s %s%n", name, value));
  }
}

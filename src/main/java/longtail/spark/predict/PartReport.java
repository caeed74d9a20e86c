package longtail.spark.predict;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import longtail.spark.predict.UncertainImages.Candidate;

/**
 * What a finished part holds; it is written behind the part's predictions, so a part without one is
 * not finished.
 *
 * @param images number of images
 * @param bytes length of the file of predictions
 * @param unreadable images that could not be read
 * @param rejected images whose answer is below the threshold
 * @param predicted images of each predicted class, by its number
 * @param uncertain the least certain images of each predicted class
 * @param errors the first images that could not be read, with the reasons
 */
record PartReport(
    int images,
    long bytes,
    int unreadable,
    int rejected,
    Map<Integer, Integer> predicted,
    List<Candidate> uncertain,
    List<Unreadable> errors) {
  /** How many unreadable images a report names. */
  static final int NAMED = 20;

  /**
   * An image that could not be read.
   *
   * @param path of the image
   * @param reason why not
   */
  record Unreadable(String path, String reason) {}

  /** The same, now that the file is there. */
  PartReport withBytes(long length) {
    return new PartReport(images, length, unreadable, rejected, predicted, uncertain, errors);
  }

  /** Counts predictions as they are made. */
  static final class Tally {
    private final UncertainImages uncertain;
    private final Map<Integer, Integer> predicted = new TreeMap<>();
    private final List<Unreadable> errors = new ArrayList<>();
    private int images;
    private int unreadable;
    private int rejected;

    /** Nothing yet, of {@code classes} classes. */
    Tally(int classes) {
      uncertain = UncertainImages.of(classes);
    }

    /** Adds what the model says of the image at position {@code image} among all. */
    void add(int image, Prediction prediction) {
      images++;
      if (!prediction.readable()) {
        unreadable++;
        if (errors.size() < NAMED) {
          errors.add(new Unreadable(prediction.path(), prediction.error()));
        }
        return;
      }
      int best = prediction.classes()[0];
      predicted.merge(best, 1, Integer::sum);
      rejected += prediction.rejected() ? 1 : 0;
      uncertain.add(new Candidate(image, best, prediction.probabilities()[0]));
    }

    /** Adds the report of another part. */
    void add(PartReport part) {
      images += part.images();
      unreadable += part.unreadable();
      rejected += part.rejected();
      part.predicted().forEach((best, number) -> predicted.merge(best, number, Integer::sum));
      part.uncertain().forEach(uncertain::add);
      part.errors().stream().limit(NAMED - errors.size()).forEach(errors::add);
    }

    /** The least certain images. */
    UncertainImages uncertain() {
      return uncertain;
    }

    /** What there is so far; {@code bytes} are not known yet. */
    PartReport report() {
      return new PartReport(images, 0, unreadable, rejected, predicted, uncertain.all(), errors);
    }
  }
}

package longtail.train.experiment;

import java.util.Optional;
import longtail.config.Ranges;

/**
 * What a publication reports for a recipe: top-1 accuracy on the test set, in percent.
 *
 * @param accuracy over all images
 * @param many mean over the classes with many training images
 * @param medium mean over the classes with neither many nor few
 * @param few mean over the classes with few
 * @param source the publication, and how its figure came about where that matters
 */
public record Published(
    double accuracy,
    Optional<Double> many,
    Optional<Double> medium,
    Optional<Double> few,
    String source) {
  /** Checks that the figures are percentages and that there is a source. */
  public Published {
    percentage(accuracy, "accuracy");
    many.ifPresent(value -> percentage(value, "many"));
    medium.ifPresent(value -> percentage(value, "medium"));
    few.ifPresent(value -> percentage(value, "few"));
    Ranges.notBlank("source", source);
  }

  private static void percentage(double value, String key) {
    if (!(value >= 0 && value <= 100)) {
      throw new IllegalArgumentException(
          "%s must be a percentage from 0 to 100, was %s".formatted(key, value));
    }
  }
}

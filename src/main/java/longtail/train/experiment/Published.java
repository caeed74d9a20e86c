package longtail.train.experiment;

import java.util.List;
import java.util.Optional;
import longtail.config.Default;
import longtail.config.Ranges;

/**
 * What a publication reports for a recipe: top-1 accuracy on the test set, in percent.
 *
 * @param accuracy over all images
 * @param many mean over the classes with many training images
 * @param medium mean over the classes with neither many nor few
 * @param few mean over the classes with few
 * @param source the publication, and how its figure came about where that matters
 * @param others what other runs of the recipe are reported to reach, such as an earlier one or one
 *     on another subset
 */
public record Published(
    double accuracy,
    Optional<Double> many,
    Optional<Double> medium,
    Optional<Double> few,
    String source,
    @Default("[]") List<Other> others) {
  /**
   * A further figure of the same recipe.
   *
   * @param accuracy over all images
   * @param source the publication, and in what its run differs
   */
  public record Other(double accuracy, String source) {
    /** Checks that the figure is a percentage and that there is a source. */
    public Other {
      percentage(accuracy, "accuracy");
      Ranges.notBlank("source", source);
    }
  }

  /** Checks that the figures are percentages and that there is a source. */
  public Published {
    percentage(accuracy, "accuracy");
    many.ifPresent(value -> percentage(value, "many"));
    medium.ifPresent(value -> percentage(value, "medium"));
    few.ifPresent(value -> percentage(value, "few"));
    Ranges.notBlank("source", source);
    others = List.copyOf(others);
  }

  private static void percentage(double value, String key) {
    if (!(value >= 0 && value <= 100)) {
      throw new IllegalArgumentException(
          "%s must be a percentage from 0 to 100, was %s".formatted(key, value));
    }
  }
}

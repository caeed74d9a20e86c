package longtail.eval;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A long-tailed distribution of the classes that a model may meet (Hong et al., "Disentangling
 * Label Distribution for Long-tailed Visual Recognition", 2021; Zhang et al., "Self-Supervised
 * Aggregation of Diverse Experts for Test-Agnostic Long-Tailed Recognition", 2022): with the
 * classes ordered by training images, most first, the share of the class in place {@code c} of
 * {@code C} is in proportion to {@code ratio^(-c / (C - 1))}, or to its inverse backwards.
 *
 * <p>Accuracy under it follows from the accuracy of every class, so no test set is drawn.
 *
 * @param direction which classes are frequent
 * @param ratio share of the most frequent class over that of the rarest, finite and at least 1
 */
public record TestDistribution(Direction direction, double ratio) {
  private static final List<Double> RATIOS = List.of(50.0, 25.0, 10.0, 5.0, 2.0);

  /** Which classes are frequent. */
  public enum Direction {
    /** Those that were frequent in training. */
    FORWARD,
    /** All of them alike; the ratio is 1. */
    UNIFORM,
    /** Those that were rare in training. */
    BACKWARD;

    /** Its name in files and tables. */
    public String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Every class as often as any other. */
  public static final TestDistribution UNIFORM = new TestDistribution(Direction.UNIFORM, 1);

  /** Those of the two papers: 50, 25, 10, 5 and 2 forward, uniform, 2 to 50 backward. */
  public static final List<TestDistribution> ALL =
      Stream.of(
              RATIOS.stream().map(ratio -> new TestDistribution(Direction.FORWARD, ratio)),
              Stream.of(UNIFORM),
              RATIOS.stream()
                  .sorted()
                  .map(ratio -> new TestDistribution(Direction.BACKWARD, ratio)))
          .flatMap(part -> part)
          .toList();

  /** Checks the ratio. */
  public TestDistribution {
    if (!(ratio >= 1) || Double.isInfinite(ratio)) {
      throw new IllegalArgumentException("ratio must be finite and at least 1, was " + ratio);
    }
    if (direction == Direction.UNIFORM && ratio != 1) {
      throw new IllegalArgumentException("the ratio of uniform classes must be 1, was " + ratio);
    }
  }

  /**
   * Shares of the classes by training images, most first, {@code [classes]}; the largest is 1, the
   * smallest {@code 1 / ratio}.
   */
  public double[] shares(int classes) {
    int last = Math.max(1, classes - 1);
    return IntStream.range(0, classes)
        .map(place -> direction == Direction.BACKWARD ? classes - 1 - place : place)
        .mapToDouble(place -> Math.pow(ratio, -(double) place / last))
        .toArray();
  }
}

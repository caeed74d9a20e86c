package longtail.image.augment;

import java.util.List;
import java.util.SplittableRandom;

/** Ranges {@code [low, high]} that figures are drawn from. */
final class PositiveRange {
  private PositiveRange() {}

  /** Checks that {@code span} is two finite numbers, the first positive, in ascending order. */
  static List<Double> require(List<Double> span, String name) {
    if (span.size() != 2
        || !(span.get(0) > 0)
        || !(span.get(1) >= span.get(0))
        || span.get(1).isInfinite()) {
      throw new IllegalArgumentException(
          name + " must be two positive numbers in ascending order, was " + span);
    }
    return List.copyOf(span);
  }

  /** A uniform draw between {@code low} and {@code high}. */
  static double draw(double low, double high, SplittableRandom random) {
    return low + (high - low) * random.nextDouble();
  }
}

package longtail.image.augment;

/** Validation of probabilities. */
final class Probability {
  private Probability() {}

  /** Checks that {@code probability} is in [0, 1]. */
  static void require(double probability) {
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException("probability must be in [0, 1], was " + probability);
    }
  }
}

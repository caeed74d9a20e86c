package longtail.train;

/** Conditions on values of the experiment file. */
final class Checks {
  private Checks() {}

  /** Refuses a {@code value} below {@code least}. */
  static void atLeast(int least, int value, String key) {
    if (value < least) {
      throw new IllegalArgumentException(
          "%s must be at least %d, was %d".formatted(key, least, value));
    }
  }

  /** Refuses a {@code value} that is not a positive finite number. */
  static void positive(double value, String key) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(
          "%s must be positive and finite, was %s".formatted(key, value));
    }
  }

  /** Refuses text without a visible character. */
  static void notBlank(String value, String key) {
    if (value.isBlank()) {
      throw new IllegalArgumentException(key + " must not be empty");
    }
  }
}

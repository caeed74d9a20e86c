package longtail.config;

/** The checks that values of experiment files share; messages begin with the key. */
public final class Ranges {
  private Ranges() {}

  /** Refuses NaN, infinite and negative values. */
  public static void notNegative(String key, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(key + " must be finite and not negative, was " + value);
    }
  }

  /** Refuses NaN, infinite, negative values and 0. */
  public static void positive(String key, double value) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(key + " must be positive and finite, was " + value);
    }
  }

  /** Refuses values outside {@code [0, 1)}. */
  public static void fraction(String key, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(key + " must be in [0, 1), was " + value);
    }
  }

  /** Refuses values outside {@code [0, 1]}. */
  public static void share(String key, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(key + " must be in [0, 1], was " + value);
    }
  }

  /** Refuses whole numbers below {@code least}. */
  public static void atLeast(String key, int least, int value) {
    if (value < least) {
      throw new IllegalArgumentException(key + " must be at least " + least + ", was " + value);
    }
  }

  /** Refuses text without a visible character. */
  public static void notBlank(String key, String value) {
    if (value.isBlank()) {
      throw new IllegalArgumentException(key + " must not be empty");
    }
  }
}

package longtail.optim;

/** The checks that hyper-parameters share; messages begin with the key. */
final class Ranges {
  private Ranges() {}

  /** Refuses NaN, infinite and negative values. */
  static void notNegative(String key, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(key + " must be finite and not negative, was " + value);
    }
  }

  /** Refuses values outside {@code [0, 1)}. */
  static void fraction(String key, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(key + " must be in [0, 1), was " + value);
    }
  }

  /** Refuses NaN, infinite, negative values and 0. */
  static void positive(String key, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(key + " must be positive and finite, was " + value);
    }
  }

  /** Refuses whole numbers below {@code least}. */
  static void atLeast(String key, int least, int value) {
    if (value < least) {
      throw new IllegalArgumentException(key + " must be at least " + least + ", was " + value);
    }
  }
}

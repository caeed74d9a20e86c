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

  /** Refuses text without a visible character. */
  static void notBlank(String value, String key) {
    if (value.isBlank()) {
      throw new IllegalArgumentException(key + " must not be empty");
    }
  }
}

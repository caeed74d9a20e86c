package longtail.image.augment;

/** Lengths in pixels that an experiment file may name. */
final class Lengths {
  /** An image of so many pixels in each direction takes 805 MB. */
  static final int MOST = 16_384;

  private Lengths() {}

  /** Refuses a length, or a number of parts, beyond every image; {@code key} begins the message. */
  static void require(String key, double value) {
    if (value > MOST) {
      throw new IllegalArgumentException(
          "%smust be at most %d, was %s"
              .formatted(key.isEmpty() ? "" : key + " ", MOST, text(value)));
    }
  }

  private static String text(double value) {
    return value == Math.rint(value) && value < Long.MAX_VALUE
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}

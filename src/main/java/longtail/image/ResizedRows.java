package longtail.image;

/**
 * The rows of an image resized horizontally, of which a window is kept.
 *
 * <p>They are made two at a time: one in the lower, one in the upper half of a {@code long}, so
 * that a multiplication weighs a sample of each.
 */
final class ResizedRows {
  private static final long HALVES = ((long) Taps.HALF << 32) | Taps.HALF;

  private final byte[] from;
  private final int height;
  private final int width;
  private final Taps taps;
  private final long[] pairs;
  private final int[][] window;
  private int read; // rows above this one have been in the window

  /** Rows of {@code image} at {@code width} pixels, of which up to {@code most} are in use. */
  ResizedRows(RgbImage image, int width, int most) {
    from = image.pixels();
    height = image.height();
    this.width = image.width();
    taps = Taps.of(image.width(), width);
    pairs = new long[3 * (image.width() + 3)]; // what lies behind the image is weighed by 0
    window = new int[most][3 * width];
  }

  /** Takes rows {@code first} (inclusive) to {@code end} (exclusive) into the window. */
  void read(int first, int end) {
    for (read = Math.max(read, first); read < end; read += 2) {
      int next = Math.min(read + 1, height - 1);
      pair(3 * read * width, 3 * next * width);
      resize(at(read), at(read + 1));
    }
  }

  /** Samples of row {@code row}, 0 to 255, {@code [width, 3]}. */
  int[] at(int row) {
    return window[row % window.length];
  }

  private void pair(int upper, int lower) {
    for (int i = 0; i < 3 * width; i++) {
      pairs[i] = (from[upper + i] & 0xFF) | ((from[lower + i] & 0xFFL) << 32);
    }
  }

  private void resize(int[] upper, int[] lower) {
    int[] weights = taps.weights();
    for (int x = 0, j = 0; j < upper.length; x++, j += 3) {
      int i = 3 * taps.first()[x];
      int t = x * taps.most();
      int end = t + taps.count()[x];
      long p = weights[t];
      long q = weights[t + 1];
      long r = weights[t + 2];
      long s = weights[t + 3];
      long red = HALVES + p * pairs[i] + q * pairs[i + 3] + r * pairs[i + 6] + s * pairs[i + 9];
      long green =
          HALVES + p * pairs[i + 1] + q * pairs[i + 4] + r * pairs[i + 7] + s * pairs[i + 10];
      long blue =
          HALVES + p * pairs[i + 2] + q * pairs[i + 5] + r * pairs[i + 8] + s * pairs[i + 11];
      for (t += 4, i += 12; t < end; t++, i += 3) {
        red += weights[t] * pairs[i];
        green += weights[t] * pairs[i + 1];
        blue += weights[t] * pairs[i + 2];
      }
      split(red, upper, lower, j);
      split(green, upper, lower, j + 1);
      split(blue, upper, lower, j + 2);
    }
  }

  private static void split(long sums, int[] upper, int[] lower, int j) {
    upper[j] = (int) sums >> Taps.FRACTION_BITS;
    lower[j] = (int) (sums >> (32 + Taps.FRACTION_BITS));
  }
}

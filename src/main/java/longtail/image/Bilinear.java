package longtail.image;

import longtail.ErrorCode;
import longtail.LongTailException;

/**
 * Antialiased bilinear resizing with the 8-bit fixed-point arithmetic of PIL, bit for bit.
 *
 * <p>Every output sample is a weighted mean under a triangle whose half-width is the reduction
 * factor (at least one pixel). Weights are rounded to 22 fractional bits; the horizontal pass is
 * rounded to 8 bits before the vertical one. As no weight is negative, no mean leaves 0 to 255.
 */
public final class Bilinear {
  private Bilinear() {}

  /** The image at {@code height x width} pixels. */
  public static RgbImage resize(RgbImage image, int height, int width) {
    if (height == image.height() && width == image.width()) {
      return image;
    }
    Taps taps = Taps.of(image.height(), height);
    ResizedRows rows = new ResizedRows(image, width, taps.most());
    int stride = 3 * width;
    byte[] to = new byte[height * stride];
    int[] sums = new int[stride];
    for (int y = 0; y < height; y++) {
      int first = taps.first()[y];
      rows.read(first, first + taps.count()[y]);
      weigh(rows, first, taps.weights(), y * taps.most(), sums);
      for (int t = 4; t < taps.count()[y]; t++) {
        add(rows.at(first + t), taps.weights()[y * taps.most() + t], sums);
      }
      round(sums, to, y * stride);
    }
    return new RgbImage(height, width, to);
  }

  /**
   * The image with its shorter side at {@code size} pixels and its longer side in proportion,
   * rounded down.
   */
  public static RgbImage shorterSide(RgbImage image, int size) {
    int height = image.height();
    int width = image.width();
    long longer = (long) size * Math.max(height, width) / Math.min(height, width);
    if (3L * size * longer > Integer.MAX_VALUE - 8) {
      throw new LongTailException(
          ErrorCode.DATA,
          "an image of %d x %d pixels would have %d pixels on its longer side if the shorter had %d; resize to less, or leave the image out"
              .formatted(width, height, longer, size));
    }
    return height <= width ? resize(image, size, (int) longer) : resize(image, (int) longer, size);
  }

  /** The first four taps at once: few outputs have more. */
  private static void weigh(ResizedRows rows, int first, int[] weights, int t, int[] sums) {
    int[] a = rows.at(first);
    int[] b = rows.at(first + 1);
    int[] c = rows.at(first + 2);
    int[] d = rows.at(first + 3);
    int p = weights[t];
    int q = weights[t + 1];
    int r = weights[t + 2];
    int s = weights[t + 3];
    for (int i = 0; i < sums.length; i++) {
      sums[i] = Taps.HALF + p * a[i] + q * b[i] + r * c[i] + s * d[i];
    }
  }

  private static void add(int[] row, int weight, int[] sums) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += weight * row[i];
    }
  }

  private static void round(int[] sums, byte[] to, int start) {
    // two loops: the compiler turns the first into vector instructions, both together into none
    for (int i = 0; i < sums.length; i++) {
      sums[i] >>= Taps.FRACTION_BITS;
    }
    for (int i = 0; i < sums.length; i++) {
      to[start + i] = (byte) sums[i];
    }
  }
}

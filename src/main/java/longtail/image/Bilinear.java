package longtail.image;

import java.util.Arrays;

/**
 * Antialiased bilinear resizing with the 8-bit fixed-point arithmetic of PIL, bit for bit.
 *
 * <p>Every output sample is a weighted mean under a triangle whose half-width is the reduction
 * factor (at least one pixel). Weights are rounded to 22 fractional bits; the horizontal pass is
 * rounded to 8 bits before the vertical one.
 */
public final class Bilinear {
  private static final int FRACTION_BITS = 22;
  private static final int HALF = 1 << (FRACTION_BITS - 1);

  private Bilinear() {}

  /** The image at {@code height x width} pixels. */
  public static RgbImage resize(RgbImage image, int height, int width) {
    RgbImage narrowed = width == image.width() ? image : horizontally(image, width);
    return height == image.height() ? narrowed : vertically(narrowed, height);
  }

  /**
   * The image with its shorter side at {@code size} pixels and its longer side in proportion,
   * rounded down.
   */
  public static RgbImage shorterSide(RgbImage image, int size) {
    int height = image.height();
    int width = image.width();
    if (height <= width) {
      return resize(image, size, (int) ((long) size * width / height));
    }
    return resize(image, (int) ((long) size * height / width), size);
  }

  private static RgbImage horizontally(RgbImage image, int width) {
    Taps taps = Taps.of(image.width(), width);
    byte[] from = image.pixels();
    byte[] to = new byte[3 * image.height() * width];
    int j = 0;
    for (int y = 0; y < image.height(); y++) {
      int row = 3 * y * image.width();
      for (int x = 0; x < width; x++) {
        int red = HALF;
        int green = HALF;
        int blue = HALF;
        int i = row + 3 * taps.first[x];
        int end = x * taps.most + taps.count[x];
        for (int t = x * taps.most; t < end; t++, i += 3) {
          int weight = taps.weights[t];
          red += weight * (from[i] & 0xFF);
          green += weight * (from[i + 1] & 0xFF);
          blue += weight * (from[i + 2] & 0xFF);
        }
        to[j++] = clip(red);
        to[j++] = clip(green);
        to[j++] = clip(blue);
      }
    }
    return new RgbImage(image.height(), width, to);
  }

  private static RgbImage vertically(RgbImage image, int height) {
    Taps taps = Taps.of(image.height(), height);
    int stride = 3 * image.width();
    byte[] from = image.pixels();
    byte[] to = new byte[height * stride];
    int[] sums = new int[stride];
    int[][] window = new int[taps.most][stride];
    int read = 0; // rows below this one have been in the window
    for (int y = 0; y < height; y++) {
      int end = taps.first[y] + taps.count[y];
      for (read = Math.max(read, taps.first[y]); read < end; read++) {
        widen(from, read * stride, window[read % taps.most]);
      }
      Arrays.fill(sums, HALF);
      for (int t = 0; t < taps.count[y]; t++) {
        int[] row = window[(taps.first[y] + t) % taps.most];
        addWeighted(row, taps.weights[y * taps.most + t], sums);
      }
      int row = y * stride;
      for (int i = 0; i < stride; i++) {
        to[row + i] = clip(sums[i]);
      }
    }
    return new RgbImage(height, image.width(), to);
  }

  private static void widen(byte[] from, int start, int[] row) {
    for (int i = 0; i < row.length; i++) {
      row[i] = from[start + i] & 0xFF;
    }
  }

  private static void addWeighted(int[] row, int weight, int[] sums) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += weight * row[i];
    }
  }

  private static byte clip(int sum) {
    return (byte) Math.max(0, Math.min(255, sum >> FRACTION_BITS));
  }

  /**
   * The inputs of every output.
   *
   * @param first position of the first input of each output
   * @param count number of inputs of each output
   * @param weights fixed-point weights, {@code [outputs, most]}
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Taps(int[] first, int[] count, int[] weights, int most) {
    static Taps of(int inputs, int outputs) {
      double scale = (double) inputs / outputs;
      double support = Math.max(scale, 1);
      int most = (int) Math.ceil(support) * 2 + 1;
      Taps taps = new Taps(new int[outputs], new int[outputs], new int[outputs * most], most);
      double[] triangle = new double[most];
      for (int x = 0; x < outputs; x++) {
        double centre = (x + 0.5) * scale;
        int from = Math.max((int) (centre - support + 0.5), 0);
        int count = Math.min((int) (centre + support + 0.5), inputs) - from;
        double total = 0;
        for (int t = 0; t < count; t++) {
          triangle[t] = Math.max(0, 1 - Math.abs((t + from - centre + 0.5) * (1 / support)));
          total += triangle[t];
        }
        taps.first[x] = from;
        taps.count[x] = count;
        for (int t = 0; t < count; t++) {
          taps.weights[x * most + t] = (int) (0.5 + triangle[t] / total * (1 << FRACTION_BITS));
        }
      }
      return taps;
    }
  }
}

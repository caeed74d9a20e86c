package longtail.image;

/**
 * Three means over a box along the rows, then three along the columns, in PIL's fixed point.
 *
 * <p>A box of fractional radius gives its two outermost pixels a smaller weight. Rounded to 8 bits
 * after every pass; at the edge the last pixels are repeated.
 *
 * @param reach whole pixels of full weight on each side
 * @param weight of a pixel of full weight, in units of 2^-24
 * @param edgeWeight of the outermost pixels
 */
record BoxBlur(int reach, int weight, int edgeWeight) {
  /** Number of box means along each axis. */
  static final int PASSES = 3;

  private static final int ONE = 1 << 24;

  /** The blur by boxes of the given half-width, above 0. */
  static BoxBlur of(float radius) {
    int reach = (int) radius;
    int weight = (int) (ONE / (radius * 2 + 1));
    return new BoxBlur(reach, weight, (ONE - (reach * 2 + 1) * weight) / 2);
  }

  RgbImage apply(RgbImage image) {
    int height = image.height();
    int stride = 3 * image.width();
    byte[] pixels = image.pixels().clone();
    Line row = new Line(stride, 3);
    for (int y = 0; y < height; y++) {
      row.read(pixels, y * stride);
      row.blur();
      row.write(pixels, y * stride);
    }
    Line columns = new Line(height * stride, stride);
    columns.read(pixels, 0);
    columns.blur();
    columns.write(pixels, 0);
    return new RgbImage(height, image.width(), pixels);
  }

  /**
   * Samples whose neighbours are {@code step} apart, with room for repeated ones on both sides.
   *
   * <p>One row is a line of step 3; a whole image is a line of rows.
   */
  private final class Line {
    private final int length;
    private final int step;
    private final int margin;
    private int[] samples;
    private int[] blurred;

    Line(int length, int step) {
      this.length = length;
      this.step = step;
      this.margin = (reach + 1) * step;
      this.samples = new int[length + 2 * margin];
      this.blurred = new int[length + 2 * margin];
    }

    void read(byte[] pixels, int start) {
      for (int i = 0; i < length; i++) {
        samples[margin + i] = pixels[start + i] & 0xFF;
      }
    }

    void write(byte[] pixels, int start) {
      for (int i = 0; i < length; i++) {
        pixels[start + i] = (byte) samples[margin + i];
      }
    }

    void blur() {
      for (int pass = 0; pass < PASSES; pass++) {
        repeatEdges();
        sum(samples, blurred, margin, length, step);
        weigh(samples, blurred, margin, length);
        int[] kept = samples;
        samples = blurred;
        blurred = kept;
      }
    }

    private void repeatEdges() {
      int end = margin + length;
      for (int i = 0; i <= reach; i++) {
        System.arraycopy(samples, margin, samples, i * step, step);
        System.arraycopy(samples, end - step, samples, end + i * step, step);
      }
    }

    private void sum(int[] from, int[] to, int first, int count, int distance) {
      System.arraycopy(from, first, to, first, count);
      for (int k = 1; k <= reach; k++) {
        int apart = k * distance;
        for (int i = first; i < first + count; i++) {
          to[i] += from[i - apart] + from[i + apart];
        }
      }
    }

    /** The sums stay below 2^32, so that an unsigned shift reads them right. */
    private void weigh(int[] from, int[] to, int first, int count) {
      int full = weight;
      int partial = edgeWeight;
      int apart = margin;
      for (int i = first; i < first + count; i++) {
        int outer = from[i - apart] + from[i + apart];
        to[i] = (full * to[i] + partial * outer + (ONE >> 1)) >>> 24;
      }
    }
  }
}

package longtail.image.augment;

import longtail.image.RgbImage;

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
    int width = image.width();
    int[][] rows = new int[height][3 * width];
    byte[] from = image.pixels();
    for (int y = 0; y < height; y++) {
      for (int i = 0; i < 3 * width; i++) {
        rows[y][i] = from[3 * y * width + i] & 0xFF;
      }
    }
    int[][] columns = new int[width][3 * height];
    transpose(rows, columns);
    transpose(blurred(columns), rows);
    byte[] to = new byte[from.length];
    int[][] result = blurred(rows);
    for (int y = 0; y < height; y++) {
      for (int i = 0; i < 3 * width; i++) {
        to[3 * y * width + i] = (byte) result[y][i];
      }
    }
    return new RgbImage(height, width, to);
  }

  /** Exchanges rows and columns; the three samples of a pixel stay together. */
  private static void transpose(int[][] from, int[][] to) {
    int tile = 16;
    for (int first = 0; first < to.length; first += tile) {
      int end = Math.min(to.length, first + tile);
      for (int y = 0; y < from.length; y++) {
        int[] row = from[y];
        for (int x = first; x < end; x++) {
          int[] column = to[x];
          column[3 * y] = row[3 * x];
          column[3 * y + 1] = row[3 * x + 1];
          column[3 * y + 2] = row[3 * x + 2];
        }
      }
    }
  }

  /** All passes from line to line; a line is an array of its own, so that the loops vectorise. */
  private int[][] blurred(int[][] lines) {
    int[][] from = lines;
    int[][] to = new int[lines.length][lines[0].length];
    for (int pass = 0; pass < PASSES; pass++) {
      for (int y = 0; y < from.length; y++) {
        mean(from, y, to[y]);
      }
      int[][] kept = from;
      from = to;
      to = kept;
    }
    return from;
  }

  private void mean(int[][] lines, int y, int[] mean) {
    System.arraycopy(lines[y], 0, mean, 0, mean.length);
    for (int k = 1; k <= reach; k++) {
      add(line(lines, y - k), line(lines, y + k), mean);
    }
    weigh(line(lines, y - reach - 1), line(lines, y + reach + 1), weight, edgeWeight, mean);
  }

  private static int[] line(int[][] lines, int y) {
    return lines[Math.max(0, Math.min(lines.length - 1, y))];
  }

  private static void add(int[] before, int[] after, int[] sum) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += before[i] + after[i];
    }
  }

  /** The sums stay below 2^32, so that an unsigned shift reads them right. */
  private static void weigh(int[] before, int[] after, int full, int partial, int[] sum) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] = (full * sum[i] + partial * (before[i] + after[i]) + (ONE >> 1)) >>> 24;
    }
  }
}

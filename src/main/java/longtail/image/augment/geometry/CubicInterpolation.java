package longtail.image.augment.geometry;

import longtail.image.RgbImage;

/** Cubic along four rows, then between them, clipped and truncated to whole samples. */
final class CubicInterpolation implements Interpolation {
  private final byte[] pixels;
  private final int lastRow;
  private final int lastColumn;

  CubicInterpolation(RgbImage image) {
    this.pixels = image.pixels();
    this.lastRow = image.height() - 1;
    this.lastColumn = image.width() - 1;
  }

  @Override
  public void sample(double u, double v, byte[] to, int i) {
    int column = (int) Math.floor(u);
    int row = (int) Math.floor(v);
    double du = u - column;
    double dv = v - row;
    int first = column(column - 1);
    int second = column(column);
    int third = column(column + 1);
    int fourth = column(column + 2);
    for (int c = 0; c < 3; c++) {
      double value = along(row(row) + c, first, second, third, fourth, du);
      if (dv != 0) {
        double above = along(row(row - 1) + c, first, second, third, fourth, du);
        double below = along(row(row + 1) + c, first, second, third, fourth, du);
        double last = along(row(row + 2) + c, first, second, third, fourth, du);
        value = between(above, value, below, last, dv);
      }
      to[i + c] = (byte) (int) Math.max(0, Math.min(255, value));
    }
  }

  private int row(int row) {
    return 3 * Math.max(0, Math.min(lastRow, row)) * (lastColumn + 1);
  }

  private int column(int column) {
    return 3 * Math.max(0, Math.min(lastColumn, column));
  }

  private double along(int row, int first, int second, int third, int fourth, double d) {
    int q = pixels[row + second] & 0xFF;
    if (d == 0) {
      return q;
    }
    int p = pixels[row + first] & 0xFF;
    int r = pixels[row + third] & 0xFF;
    int s = pixels[row + fourth] & 0xFF;
    return between(p, q, r, s, d);
  }

  /** Between {@code q} and {@code r} at {@code d}, 0 to 1, with neighbours {@code p}, {@code s}. */
  private static double between(double p, double q, double r, double s, double d) {
    double linear = -p + r;
    double square = 2 * (p - q) + r - s;
    double cube = -p + q - r + s;
    return q + d * (linear + d * (square + d * cube));
  }
}

package longtail.image.augment.geometry;

import longtail.image.RgbImage;

/** Linear along the row, then between two rows, truncated to whole samples. */
final class LinearInterpolation implements Interpolation {
  private final byte[] pixels;
  private final int lastRow;
  private final int lastColumn;

  LinearInterpolation(RgbImage image) {
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
    int left = Math.max(0, column);
    int right = Math.min(lastColumn, column + 1);
    int upper = Math.max(0, row) * (lastColumn + 1);
    int lower = Math.min(lastRow, row + 1) * (lastColumn + 1);
    int upperLeft = 3 * (upper + left);
    int upperRight = 3 * (upper + right);
    int lowerLeft = 3 * (lower + left);
    int lowerRight = 3 * (lower + right);
    for (int c = 0; c < 3; c++) {
      double above = between(pixels[upperLeft + c] & 0xFF, pixels[upperRight + c] & 0xFF, du);
      double below = between(pixels[lowerLeft + c] & 0xFF, pixels[lowerRight + c] & 0xFF, du);
      to[i + c] = (byte) (int) between(above, below, dv);
    }
  }

  private static double between(double p, double q, double d) {
    return p + (q - p) * d;
  }
}

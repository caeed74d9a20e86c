package longtail.image;

/** Cubic along four rows, then between them, clipped and truncated to whole samples. */
final class CubicInterpolation implements Interpolation {
  private final byte[] pixels;
  private final int lastRow;
  private final int lastColumn;
  private final int[] columns = new int[4];
  private final double[] alongRow = new double[4];

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
    for (int k = 0; k < 4; k++) {
      columns[k] = 3 * Math.max(0, Math.min(lastColumn, column + k - 1));
    }
    for (int c = 0; c < 3; c++) {
      for (int k = 0; k < 4; k++) {
        int clamped = Math.max(0, Math.min(lastRow, row + k - 1));
        int start = 3 * clamped * (lastColumn + 1) + c;
        alongRow[k] =
            cubic(
                pixels[start + columns[0]] & 0xFF,
                pixels[start + columns[1]] & 0xFF,
                pixels[start + columns[2]] & 0xFF,
                pixels[start + columns[3]] & 0xFF,
                du);
      }
      double value = cubic(alongRow[0], alongRow[1], alongRow[2], alongRow[3], dv);
      to[i + c] = (byte) (int) Math.max(0, Math.min(255, value));
    }
  }

  /** Between {@code v} and {@code w} at {@code d}, 0 to 1, with neighbours {@code u}, {@code x}. */
  private static double cubic(double u, double v, double w, double x, double d) {
    double linear = -u + w;
    double square = 2 * (u - v) + w - x;
    double cube = -u + v - w + x;
    return v + d * (linear + d * (square + d * cube));
  }
}

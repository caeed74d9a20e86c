package longtail.image.augment.object;

import longtail.image.ActivationMap;
import longtail.image.RgbImage;
import longtail.image.augment.geometry.Affine;

/**
 * Where a pixel goes: {@code x' = a x + b y + c, y' = d x + e y + f}, whole numbers being pixel
 * centres. What comes from outside the image is 0, in the weights of pixels at its edge too; levels
 * are rounded to the nearest, halves to even.
 *
 * <p>The arithmetic is that of OpenCV's {@code warpAffine}, unlike {@link Affine}, which is PIL's.
 */
record AffineMotion(double a, double b, double c, double d, double e, double f) {
  /** A turn by {@code degrees} to the left about {@code (x, y)}, and scaling by {@code scale}. */
  static AffineMotion rotation(double x, double y, int degrees, double scale) {
    double angle = degrees * (Math.PI / 180);
    double a = scale * Math.cos(angle);
    double b = scale * Math.sin(angle);
    return new AffineMotion(a, b, (1 - a) * x - b * y, -b, a, b * x + (1 - a) * y);
  }

  /** A shift to the right by {@code columns} and down by {@code rows}. */
  static AffineMotion translation(int columns, int rows) {
    return new AffineMotion(1, 0, columns, 0, 1, rows);
  }

  RgbImage apply(RgbImage image) {
    return new RgbImage(
        image.height(), image.width(), moved(image.pixels(), image.height(), image.width(), 3));
  }

  ActivationMap apply(ActivationMap map) {
    return new ActivationMap(
        map.height(), map.width(), moved(map.levels(), map.height(), map.width(), 1));
  }

  private byte[] moved(byte[] from, int height, int width, int channels) {
    double determinant = a * e - b * d;
    byte[] to = new byte[from.length];
    for (int y = 0, i = 0; y < height; y++) {
      for (int x = 0; x < width; x++, i += channels) {
        double u = (e * (x - c) - b * (y - f)) / determinant;
        double v = (a * (y - f) - d * (x - c)) / determinant;
        if (u > -1 && u < width && v > -1 && v < height) {
          sample(from, u, v, height, width, channels, to, i);
        }
      }
    }
    return to;
  }

  private static void sample(
      byte[] from, double u, double v, int height, int width, int channels, byte[] to, int i) {
    int column = (int) Math.floor(u);
    int row = (int) Math.floor(v);
    double du = u - column;
    double dv = v - row;
    double left = column < 0 ? 0 : 1 - du;
    double right = column + 1 < width ? du : 0;
    double upper = row < 0 ? 0 : 1 - dv;
    double lower = row + 1 < height ? dv : 0;
    // where a neighbour has no weight any index does
    int above = Math.max(row, 0) * width;
    int below = Math.min(row + 1, height - 1) * width;
    int first = Math.max(column, 0);
    int second = Math.min(column + 1, width - 1);
    for (int k = 0; k < channels; k++) {
      double sum =
          upper
                  * (left * (from[channels * (above + first) + k] & 0xFF)
                      + right * (from[channels * (above + second) + k] & 0xFF))
              + lower
                  * (left * (from[channels * (below + first) + k] & 0xFF)
                      + right * (from[channels * (below + second) + k] & 0xFF));
      to[i + k] = (byte) (int) Math.rint(sum);
    }
  }
}

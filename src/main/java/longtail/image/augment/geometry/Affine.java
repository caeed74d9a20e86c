package longtail.image.augment.geometry;

import java.util.List;
import longtail.image.RgbImage;

/**
 * Where in the image an output pixel comes from: {@code u = a x + b y + c, v = d x + e y + f}, with
 * coordinates counted from the upper left corner and pixel centres at halves.
 *
 * <p>The arithmetic is that of PIL, bit for bit: double for interpolation, 16.16 fixed point for
 * the nearest pixel of a rotated or sheared image.
 */
public record Affine(double a, double b, double c, double d, double e, double f) {
  private static final double FIXED = 65536;

  /** The moved image, of the same size, {@code fill} where it shows nothing of the original. */
  public RgbImage apply(RgbImage image, Resampling resampling, List<Integer> fill) {
    byte[] to = Fill.pixels(fill, image.height(), image.width());
    switch (resampling) {
      case NEAREST -> {
        if (b == 0 && d == 0) {
          nearestByAxes(image, to);
        } else {
          nearest(image, to);
        }
      }
      case BILINEAR, BICUBIC -> interpolated(image, to, resampling);
    }
    return new RgbImage(image.height(), image.width(), to);
  }

  private void nearestByAxes(RgbImage image, byte[] to) {
    int[] rows = positions(e, f, image.height());
    int[] columns = positions(a, c, image.width());
    byte[] from = image.pixels();
    int i = 0;
    for (int row : rows) {
      for (int column : columns) {
        if (row >= 0 && column >= 0) {
          copy(from, 3 * (row * columns.length + column), to, i);
        }
        i += 3;
      }
    }
  }

  /** Source positions along one axis, -1 where outside. */
  private static int[] positions(double step, double shift, int length) {
    int[] positions = new int[length];
    double position = shift + step * 0.5;
    for (int i = 0; i < length; i++) {
      positions[i] = position >= 0 && position < length ? (int) position : -1;
      position += step;
    }
    return positions;
  }

  private void nearest(RgbImage image, byte[] to) {
    int height = image.height();
    int width = image.width();
    byte[] from = image.pixels();
    int stepX = fixed(a);
    int stepY = fixed(d);
    int rowX = fixed(c + a * 0.5 + b * 0.5);
    int rowY = fixed(f + d * 0.5 + e * 0.5);
    int i = 0;
    for (int y = 0; y < height; y++) {
      int u = rowX;
      int v = rowY;
      for (int x = 0; x < width; x++, i += 3) {
        int column = u >> 16;
        int row = v >> 16;
        if (column >= 0 && column < width && row >= 0 && row < height) {
          copy(from, 3 * (row * width + column), to, i);
        }
        u += stepX;
        v += stepY;
      }
      rowX += fixed(b);
      rowY += fixed(e);
    }
  }

  private static void copy(byte[] from, int i, byte[] to, int j) {
    to[j] = from[i];
    to[j + 1] = from[i + 1];
    to[j + 2] = from[i + 2];
  }

  private static int fixed(double value) {
    return (int) Math.floor(value * FIXED + 0.5);
  }

  private void interpolated(RgbImage image, byte[] to, Resampling resampling) {
    int height = image.height();
    int width = image.width();
    Interpolation between =
        resampling == Resampling.BILINEAR
            ? new LinearInterpolation(image)
            : new CubicInterpolation(image);
    int i = 0;
    for (int y = 0; y < height; y++) {
      double centreY = y + 0.5;
      for (int x = 0; x < width; x++, i += 3) {
        double centreX = x + 0.5;
        double u = a * centreX + b * centreY + c;
        double v = d * centreX + e * centreY + f;
        if (u >= 0 && u < width && v >= 0 && v < height) {
          between.sample(u - 0.5, v - 0.5, to, i);
        }
      }
    }
  }
}

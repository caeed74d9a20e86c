package longtail.image.synth;

import java.util.SplittableRandom;
import longtail.RandomStreams;
import longtail.image.RgbImage;

/** A square image under construction: linear samples in [0, 1], painted layer over layer. */
final class Canvas {
  private final int size;
  private final double[] samples;

  Canvas(int size) {
    this.size = size;
    this.samples = new double[3 * size * size];
  }

  /** A layer: how much of it covers a point, and in which colour. Coordinates are in [-1, 1]. */
  interface Layer {
    /** The square outside of which the layer covers nothing. */
    default Box box() {
      return Box.ALL;
    }

    /** Signed distance to the edge of the layer; it covers where this is negative. */
    double distance(double x, double y);

    /** Writes the colour at a point to {@code rgb}. */
    void color(double x, double y, double[] rgb);
  }

  /** A square of half-width {@code reach} around {@code (x, y)}. */
  record Box(double x, double y, double reach) {
    static final Box ALL = new Box(0, 0, 1);
  }

  /** Paints {@code layer} over what is there, with an edge one pixel wide. */
  void paint(Layer layer) {
    double[] rgb = new double[3];
    double pixel = 2.0 / size;
    Box box = layer.box();
    int top = index(box.y() - box.reach());
    int bottom = index(box.y() + box.reach());
    int left = index(box.x() - box.reach());
    int right = index(box.x() + box.reach());
    for (int row = top; row < bottom; row++) {
      double y = (row + 0.5) * pixel - 1;
      for (int column = left; column < right; column++) {
        double x = (column + 0.5) * pixel - 1;
        double cover = 0.5 - layer.distance(x, y) / pixel;
        if (cover > 0) {
          double share = Math.min(1, cover);
          layer.color(x, y, rgb);
          int i = 3 * (row * size + column);
          for (int c = 0; c < 3; c++) {
            samples[i + c] += share * (rgb[c] - samples[i + c]);
          }
        }
      }
    }
  }

  /** The pixel edge nearest to a coordinate, 0 to {@code size}. */
  private int index(double coordinate) {
    return (int) Math.max(0, Math.min(size, Math.rint((coordinate + 1) / 2 * size)));
  }

  /** Adds normal noise of standard deviation {@code deviation} (of 255) and rounds to 8 bits. */
  RgbImage developed(double deviation, SplittableRandom random) {
    byte[] pixels = new byte[samples.length];
    for (int i = 0; i < pixels.length; i++) {
      double value = 255 * samples[i] + deviation * RandomStreams.gaussian(random);
      pixels[i] = (byte) Math.max(0, Math.min(255, Math.round(value)));
    }
    return new RgbImage(size, size, pixels);
  }
}

package longtail.image.synth;

import java.util.SplittableRandom;
import longtail.RandomStreams;
import longtail.image.RgbImage;

/**
 * Draws one image: a blotchy background, fragments of other things, the figure at a random place,
 * size and angle, and a bar across it.
 */
final class Scene {
  private static final int BLOTCHES = 5;

  private final Canvas canvas;
  private final Difficulty difficulty;
  private final SplittableRandom random;

  private Scene(int size, Difficulty difficulty, SplittableRandom random) {
    this.canvas = new Canvas(size);
    this.difficulty = difficulty;
    this.random = random;
  }

  /**
   * An image of {@code figure} of {@code size x size} pixels; all chance is from {@code random}.
   */
  static RgbImage draw(Figure figure, int size, Difficulty difficulty, SplittableRandom random) {
    Scene scene = new Scene(size, difficulty, random);
    scene.background();
    for (int i = 0; i < difficulty.clutter(); i++) {
      scene.fragment();
    }
    double x = scene.between(-0.25, 0.25);
    double y = scene.between(-0.25, 0.25);
    double radius = scene.between(0.5, 0.75);
    double hue = figure.hue() + difficulty.colorJitter() * RandomStreams.gaussian(random);
    scene.canvas.paint(
        scene.patterned(
            figure.outline(),
            figure.texture(),
            Frame.of(x, y, radius, scene.between(0, 2 * Math.PI)),
            hue));
    scene.bar(x, y, radius);
    return scene.canvas.developed(difficulty.noise(), random);
  }

  /**
   * A coordinate system.
   *
   * @param x where its origin lies
   * @param y where its origin lies
   * @param unit its unit
   * @param cos cosine of its angle
   * @param sin sine of its angle
   */
  private record Frame(double x, double y, double unit, double cos, double sin) {
    static Frame of(double x, double y, double unit, double angle) {
      return new Frame(x, y, unit, StrictMath.cos(angle), StrictMath.sin(angle));
    }

    double u(double px, double py) {
      return ((px - x) * cos + (py - y) * sin) / unit;
    }

    double v(double px, double py) {
      return ((py - y) * cos - (px - x) * sin) / unit;
    }
  }

  private void background() {
    double[] first = Colors.any(random);
    double[] second = Colors.any(random);
    double[][] grid = new double[BLOTCHES + 1][BLOTCHES + 1];
    for (double[] row : grid) {
      for (int i = 0; i < row.length; i++) {
        row[i] = random.nextDouble();
      }
    }
    canvas.paint(
        new Canvas.Layer() {
          @Override
          public double distance(double x, double y) {
            return -1;
          }

          @Override
          public void color(double x, double y, double[] rgb) {
            mix(first, second, blotch(grid, x, y), rgb);
          }
        });
  }

  private static double blotch(double[][] grid, double x, double y) {
    double u = (x + 1) / 2 * BLOTCHES;
    double v = (y + 1) / 2 * BLOTCHES;
    int column = (int) u;
    int row = (int) v;
    double right = u - column;
    double down = v - row;
    double above = grid[row][column] + right * (grid[row][column + 1] - grid[row][column]);
    double below =
        grid[row + 1][column] + right * (grid[row + 1][column + 1] - grid[row + 1][column]);
    return above + down * (below - above);
  }

  /** A small piece of any shape, pattern and hue. */
  private void fragment() {
    Outline outline = any(Outline.values());
    Texture texture = any(Texture.values());
    Frame frame =
        Frame.of(between(-1, 1), between(-1, 1), between(0.15, 0.35), between(0, 2 * Math.PI));
    canvas.paint(patterned(outline, texture, frame, random.nextDouble()));
  }

  /** A bar of any colour that leaves at least {@code 1 - occlusion} of the figure's width. */
  private void bar(double x, double y, double radius) {
    double halfWidth = radius * difficulty.occlusion() * random.nextDouble();
    Frame frame = Frame.of(x, y, 1, between(0, 2 * Math.PI));
    double offset = between(-radius, radius);
    double[] color = Colors.any(random);
    canvas.paint(
        new Canvas.Layer() {
          @Override
          public double distance(double px, double py) {
            return Math.abs(frame.u(px, py) - offset) - halfWidth;
          }

          @Override
          public void color(double px, double py, double[] rgb) {
            System.arraycopy(color, 0, rgb, 0, 3);
          }
        });
  }

  private Canvas.Layer patterned(Outline outline, Texture texture, Frame frame, double hue) {
    double[] light = Colors.rgb(hue, between(0.45, 0.85), between(0.75, 1));
    double[] dark = Colors.rgb(hue, between(0.45, 0.85), between(0.15, 0.4));
    double shiftX = random.nextDouble();
    double shiftY = random.nextDouble();
    return new Canvas.Layer() {
      @Override
      public Canvas.Box box() {
        return new Canvas.Box(frame.x(), frame.y(), 1.2 * frame.unit());
      }

      @Override
      public double distance(double x, double y) {
        return frame.unit() * outline.distance(frame.u(x, y), frame.v(x, y));
      }

      @Override
      public void color(double x, double y, double[] rgb) {
        double tone = texture.tone(frame.u(x, y) + shiftX, frame.v(x, y) + shiftY);
        mix(dark, light, tone, rgb);
      }
    };
  }

  private static void mix(double[] from, double[] to, double share, double[] rgb) {
    for (int c = 0; c < 3; c++) {
      rgb[c] = from[c] + share * (to[c] - from[c]);
    }
  }

  private <T> T any(T[] values) {
    return values[random.nextInt(values.length)];
  }

  private double between(double low, double high) {
    return low + (high - low) * random.nextDouble();
  }
}

package longtail.image;

import java.util.Arrays;

/**
 * How strongly each place of an image speaks for a class, in 256 levels.
 *
 * @param height rows, at least 1
 * @param width columns, at least 1
 * @param levels unsigned bytes, {@code [height, width]}; the map shares the array, nobody writes to
 *     it afterwards
 */
@SuppressWarnings("ArrayRecordComponent") // equality is over the content, see below
public record ActivationMap(int height, int width, byte[] levels) {
  private static final int LARGEST = 255;

  /** Checks that the array holds exactly {@code height * width} levels. */
  public ActivationMap {
    if (height < 1 || width < 1 || levels.length != (long) height * width) {
      throw new IllegalArgumentException(
          "A map of %d x %d places needs as many levels, was %d"
              .formatted(width, height, levels.length));
    }
  }

  /**
   * The map of {@code activations}, {@code [height, width]}, stretched so that the weakest has
   * level 0 and the strongest 255; fractions are cut off. Where all are equal, all have level 255:
   * then nothing sets one place apart from another.
   */
  public static ActivationMap of(int height, int width, double... activations) {
    double weakest = Arrays.stream(activations).min().orElseThrow();
    double range = Arrays.stream(activations).max().orElseThrow() - weakest;
    byte[] levels = new byte[activations.length];
    for (int i = 0; i < levels.length; i++) {
      double share = range > 0 ? (activations[i] - weakest) / range : 1;
      levels[i] = (byte) (int) (LARGEST * share);
    }
    return new ActivationMap(height, width, levels);
  }

  /** The level of place {@code i}, counted row by row, 0 to 255. */
  public int level(int i) {
    return levels[i] & 0xFF;
  }

  /** Mean of all levels. */
  public double mean() {
    long sum = 0;
    for (byte level : levels) {
      sum += level & 0xFF;
    }
    return (double) sum / levels.length;
  }

  /**
   * The map in another size: bilinear between the centres of its places, the outermost repeated
   * beyond, rounded. Shrinking does not average.
   */
  public ActivationMap resized(int newHeight, int newWidth) {
    byte[] resized = new byte[newHeight * newWidth];
    for (int y = 0; y < newHeight; y++) {
      double v = position(y, newHeight, height);
      for (int x = 0; x < newWidth; x++) {
        double u = position(x, newWidth, width);
        resized[y * newWidth + x] = (byte) (int) Math.rint(between(v, u));
      }
    }
    return new ActivationMap(newHeight, newWidth, resized);
  }

  private static double position(int at, int newLength, int length) {
    double position = (at + 0.5) * length / newLength - 0.5;
    return Math.min(Math.max(position, 0), length - 1.0);
  }

  private double between(double v, double u) {
    int row = (int) v;
    int left = (int) u;
    int upper = row * width;
    int lower = Math.min(row + 1, height - 1) * width;
    int right = Math.min(left + 1, width - 1);
    double dv = v - row;
    double du = u - left;
    double above = (1 - du) * level(upper + left) + du * level(upper + right);
    double below = (1 - du) * level(lower + left) + du * level(lower + right);
    return (1 - dv) * above + dv * below;
  }

  /** The map with left and right exchanged. */
  public ActivationMap mirrored() {
    byte[] mirrored = new byte[levels.length];
    for (int i = 0; i < levels.length; i++) {
      int column = i % width;
      mirrored[i - column + width - 1 - column] = levels[i];
    }
    return new ActivationMap(height, width, mirrored);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ActivationMap map
        && height == map.height
        && width == map.width
        && Arrays.equals(levels, map.levels);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * height + width) + Arrays.hashCode(levels);
  }

  @Override
  public String toString() {
    return "ActivationMap[" + width + " x " + height + "]";
  }
}

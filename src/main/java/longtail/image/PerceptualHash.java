package longtail.image;

import java.io.Serializable;
import java.util.Arrays;

/**
 * What an image looks like: the brightness of 9 x 9 places, and as 128 bits whether it rises from
 * each of 8 x 8 places to its right and to its lower neighbour. Copies of other sizes, encodings
 * and compressions differ in few bits, by which they are found, and little in brightness, by which
 * they are told from images of one thing before a plain ground, whose bits are few.
 */
public final class PerceptualHash implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final int SIDE = 8;

  /** Number of bits. */
  public static final int BITS = 2 * SIDE * SIDE;

  private final byte[] brightness;

  private PerceptualHash(byte[] brightness) {
    this.brightness = brightness;
  }

  /** The hash of {@code image}. */
  public static PerceptualHash of(RgbImage image) {
    RgbImage small = Bilinear.resize(image, SIDE + 1, SIDE + 1);
    byte[] brightness = new byte[(SIDE + 1) * (SIDE + 1)];
    for (int i = 0; i < brightness.length; i++) {
      int row = i / (SIDE + 1);
      int column = i % (SIDE + 1);
      // ITU-R 601, in thousandths
      int sum =
          299 * small.sample(row, column, 0)
              + 587 * small.sample(row, column, 1)
              + 114 * small.sample(row, column, 2);
      brightness[i] = (byte) ((sum + 500) / 1000);
    }
    return new PerceptualHash(brightness);
  }

  /** The rises to the right, row by row. */
  public long across() {
    return rises(1);
  }

  /** The rises downwards, row by row. */
  public long down() {
    return rises(SIDE + 1);
  }

  private long rises(int step) {
    long bits = 0;
    for (int row = 0; row < SIDE; row++) {
      for (int column = 0; column < SIDE; column++) {
        int at = row * (SIDE + 1) + column;
        bits = (bits << 1) | (level(at + step) > level(at) ? 1 : 0);
      }
    }
    return bits;
  }

  /**
   * How far the brightness of the two lies apart, in parts of the contrast of the one with less: 0
   * of the same image, about 1.4 of images that have nothing to do with each other, infinite of an
   * even surface.
   */
  public double difference(PerceptualHash other) {
    double squares = 0;
    for (int i = 0; i < brightness.length; i++) {
      double apart = level(i) - other.level(i);
      squares += apart * apart;
    }
    double contrast = Math.min(contrast(), other.contrast());
    return contrast == 0
        ? Double.POSITIVE_INFINITY
        : Math.sqrt(squares / brightness.length) / contrast;
  }

  /** Standard deviation of the brightness. */
  private double contrast() {
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < brightness.length; i++) {
      sum += level(i);
      squares += (double) level(i) * level(i);
    }
    double mean = sum / brightness.length;
    return Math.sqrt(Math.max(0, squares / brightness.length - mean * mean));
  }

  private int level(int i) {
    return brightness[i] & 0xFF;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PerceptualHash hash && Arrays.equals(brightness, hash.brightness);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(brightness);
  }
}

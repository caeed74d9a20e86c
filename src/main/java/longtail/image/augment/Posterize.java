package longtail.image.augment;

import longtail.image.RgbImage;

/**
 * Keeps only the highest bits of every sample.
 *
 * @param bits how many, 0 (black) to 8 (unchanged)
 */
public record Posterize(int bits) implements Operation {
  private static final long serialVersionUID = 1L;

  /** Checks the number of bits. */
  public Posterize {
    if (bits < 0 || bits > 8) {
      throw new IllegalArgumentException("must be in [0, 8], was " + bits);
    }
  }

  @Override
  public RgbImage apply(RgbImage image) {
    if (bits == 8) {
      return image;
    }
    int mask = 0xFF << (8 - bits);
    byte[] from = image.pixels();
    byte[] to = new byte[from.length];
    for (int i = 0; i < from.length; i++) {
      to[i] = (byte) (from[i] & mask);
    }
    return new RgbImage(image.height(), image.width(), to);
  }
}

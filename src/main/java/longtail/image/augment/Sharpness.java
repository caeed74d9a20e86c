package longtail.image.augment;

import longtail.image.RgbImage;
import longtail.image.augment.tone.Blend;

/**
 * Blurs or sharpens the image: blends it with its smoothed copy, whose inner pixels are means over
 * 3 x 3 neighbours with weight 5 for the middle one.
 *
 * @param factor 0 is the smoothed image, 1 the image
 */
public record Sharpness(double factor) implements Operation {
  private static final long serialVersionUID = 1L;
  private static final int WEIGHTS = 13;
  private static final byte[] ROUNDED_MEAN = roundedMeans();

  /** Checks the factor. */
  public Sharpness {
    Blend.requireFactor(factor);
  }

  @Override
  public RgbImage apply(RgbImage image) {
    if (factor == 1) {
      return image;
    }
    float strength = (float) factor;
    byte[] from = image.pixels();
    byte[] to = from.clone();
    int stride = 3 * image.width();
    int[] columns = new int[stride];
    for (int y = 1; y < image.height() - 1; y++) {
      int row = y * stride;
      for (int i = 0; i < stride; i++) {
        int j = row + i;
        columns[i] = (from[j - stride] & 0xFF) + (from[j] & 0xFF) + (from[j + stride] & 0xFF);
      }
      for (int i = 3; i < stride - 3; i++) {
        int sample = from[row + i] & 0xFF;
        int sum = columns[i - 3] + columns[i] + columns[i + 3] + 4 * sample;
        to[row + i] = Blend.of(ROUNDED_MEAN[sum] & 0xFF, sample, strength);
      }
    }
    return new RgbImage(image.height(), image.width(), to);
  }

  /** A weighted sum is never halfway between two multiples of 13, so whole numbers suffice. */
  private static byte[] roundedMeans() {
    byte[] means = new byte[255 * WEIGHTS + 1];
    for (int sum = 0; sum < means.length; sum++) {
      means[sum] = (byte) ((2 * sum + WEIGHTS) / (2 * WEIGHTS));
    }
    return means;
  }
}

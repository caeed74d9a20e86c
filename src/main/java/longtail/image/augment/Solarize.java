package longtail.image.augment;

import longtail.image.RgbImage;
import longtail.image.augment.tone.Lookup;

/**
 * Inverts the samples that reach a threshold.
 *
 * @param threshold 0 (all are inverted) to 256 (none)
 */
public record Solarize(double threshold) implements Operation {
  private static final long serialVersionUID = 1L;

  /** Checks the threshold. */
  public Solarize {
    if (!(threshold >= 0 && threshold <= 256)) {
      throw new IllegalArgumentException("must be in [0, 256], was " + threshold);
    }
  }

  @Override
  public RgbImage apply(RgbImage image) {
    byte[] table = new byte[256];
    for (int v = 0; v < 256; v++) {
      table[v] = (byte) (v < threshold ? v : 255 - v);
    }
    return Lookup.all(image, table);
  }
}

package longtail.image.augment;

import longtail.image.RgbImage;
import longtail.image.augment.tone.Lookup;

/**
 * Brightens the samples of the darker half.
 *
 * @param amount what is added to samples below 128, 0 to 255
 */
public record SolarizeAdd(int amount) implements Operation {
  private static final long serialVersionUID = 1L;
  private static final int THRESHOLD = 128;

  /** Checks the amount. */
  public SolarizeAdd {
    if (amount < 0 || amount > 255) {
      throw new IllegalArgumentException("must be in [0, 255], was " + amount);
    }
  }

  @Override
  public RgbImage apply(RgbImage image) {
    byte[] table = Lookup.identity();
    for (int v = 0; v < THRESHOLD; v++) {
      table[v] = (byte) Math.min(255, v + amount);
    }
    return Lookup.all(image, table);
  }
}

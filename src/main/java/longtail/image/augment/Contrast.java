package longtail.image.augment;

import longtail.image.RgbImage;
import longtail.image.augment.tone.Blend;
import longtail.image.augment.tone.Luma;
import longtail.image.augment.tone.Tones;

/**
 * Moves the samples away from the mean luma of the image or towards it.
 *
 * @param factor 0 is an even grey, 1 the image
 */
public record Contrast(double factor) implements Operation, Tones.Change {
  private static final long serialVersionUID = 1L;

  /** Checks the factor. */
  public Contrast {
    Blend.requireFactor(factor);
  }

  @Override
  public RgbImage apply(RgbImage image) {
    return apply(Tones.of(image)).image();
  }

  @Override
  public Tones apply(Tones tones) {
    return factor == 1 ? tones : tones.blended(Luma.mean(tones), (float) factor);
  }
}

package longtail.image.augment;

import longtail.image.RgbImage;
import longtail.image.augment.tone.Blend;
import longtail.image.augment.tone.Tones;

/**
 * Makes the image darker or brighter.
 *
 * @param factor 0 is black, 1 the image
 */
public record Brightness(double factor) implements Operation, Tones.Change {
  private static final long serialVersionUID = 1L;

  /** Checks the factor. */
  public Brightness {
    Blend.requireFactor(factor);
  }

  @Override
  public RgbImage apply(RgbImage image) {
    return apply(Tones.of(image)).image();
  }

  @Override
  public Tones apply(Tones tones) {
    return factor == 1 ? tones : tones.blended(0, (float) factor);
  }
}

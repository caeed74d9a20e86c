package longtail.image.augment;

import java.util.SplittableRandom;
import longtail.config.Default;
import longtail.image.RgbImage;

/**
 * Exchanges left and right of some images.
 *
 * @param probability share of the images that are flipped, 0 to 1
 */
public record HorizontalFlip(@Default("0.5") double probability) implements Transform {
  private static final long serialVersionUID = 1L;

  /** Checks the probability. */
  public HorizontalFlip {
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException("must be in [0, 1], was " + probability);
    }
  }

  @Override
  public RgbImage apply(RgbImage image, SplittableRandom random) {
    return random.nextDouble() < probability ? image.mirrored() : image;
  }
}

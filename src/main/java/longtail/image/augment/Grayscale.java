package longtail.image.augment;

import java.util.SplittableRandom;
import longtail.config.Default;
import longtail.image.RgbImage;
import longtail.image.augment.tone.Luma;

/**
 * Shows some images in shades of grey.
 *
 * @param probability share of the images, 0 to 1
 */
public record Grayscale(@Default("0.2") double probability) implements Transform {
  private static final long serialVersionUID = 1L;

  /** Checks the probability. */
  public Grayscale {
    Probability.require(probability);
  }

  @Override
  public RgbImage apply(RgbImage image, SplittableRandom random) {
    return random.nextDouble() < probability ? grey(image) : image;
  }

  /** The image in shades of grey: PIL's luma in all three channels. */
  public static RgbImage grey(RgbImage image) {
    return Luma.grey(image);
  }
}

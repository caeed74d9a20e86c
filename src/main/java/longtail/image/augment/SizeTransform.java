package longtail.image.augment;

import java.util.SplittableRandom;
import longtail.image.RgbImage;

/**
 * A transform that brings an image to a size and draws nothing at random: what an evaluation is
 * made of.
 */
public sealed interface SizeTransform extends Transform permits CenterCrop, Fit, Resize {
  /** The transformed image; {@code image} itself is left as it is. */
  RgbImage apply(RgbImage image);

  @Override
  default RgbImage apply(RgbImage image, SplittableRandom random) {
    return apply(image);
  }
}

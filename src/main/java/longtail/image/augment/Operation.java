package longtail.image.augment;

import java.util.SplittableRandom;
import longtail.image.RgbImage;

/**
 * A transform without chance: one of the operations that RandAugment and AutoAugment choose from,
 * with the 8-bit arithmetic of PIL.
 */
public sealed interface Operation extends Transform
    permits AutoContrast,
        Brightness,
        Color,
        Contrast,
        Equalize,
        Invert,
        Posterize,
        Rotate,
        Sharpness,
        ShearX,
        ShearY,
        Solarize,
        SolarizeAdd,
        TranslateX,
        TranslateY {
  /** The changed image; {@code image} itself is left as it is. */
  RgbImage apply(RgbImage image);

  @Override
  default RgbImage apply(RgbImage image, SplittableRandom random) {
    return apply(image);
  }
}

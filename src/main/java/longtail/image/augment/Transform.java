package longtail.image.augment;

import java.io.IOException;
import java.io.Serializable;
import java.util.SplittableRandom;
import longtail.image.ImageSource;
import longtail.image.RgbImage;

/**
 * One step from the stored image to what the network sees, on 8-bit samples.
 *
 * <p>A transform holds no state: all that is random comes from the stream it is given, so that an
 * image of a given step always looks the same.
 */
public sealed interface Transform extends Serializable
    permits AutoAugment,
        ColorJitter,
        Cutout,
        GaussianBlur,
        Grayscale,
        HorizontalFlip,
        KernelBlur,
        Operation,
        PadCrop,
        RandAugment,
        RandomResizedCrop,
        SizeTransform {
  /** The transformed image; {@code image} itself is left as it is. */
  RgbImage apply(RgbImage image, SplittableRandom random);

  /**
   * The same of an image that may not be decoded yet; a transform that needs a part of it has only
   * that part decoded.
   *
   * @throws IOException with the reason, if the image cannot be decoded
   */
  default RgbImage applyTo(ImageSource source, SplittableRandom random) throws IOException {
    return apply(source.whole(), random);
  }

  /**
   * What the transform does after the normalisation, in place; nothing for most.
   *
   * @param pixels normalised numbers of one image from {@code offset} on, {@code [height, width,
   *     3]}
   */
  default void applyNormalized(
      float[] pixels, int offset, int height, int width, SplittableRandom random) {}
}

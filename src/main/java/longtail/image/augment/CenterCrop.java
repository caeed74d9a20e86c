package longtail.image.augment;

import java.util.SplittableRandom;
import longtail.image.RgbImage;

/**
 * The middle of the image.
 *
 * @param size height and width of the result in pixels, not larger than the image
 */
public record CenterCrop(int size) implements Transform {
  private static final long serialVersionUID = 1L;

  /** Checks the size. */
  public CenterCrop {
    if (size < 1) {
      throw new IllegalArgumentException("must be at least 1, was " + size);
    }
  }

  @Override
  public RgbImage apply(RgbImage image, SplittableRandom random) {
    return apply(image);
  }

  /** The crop; where the margin is odd, half of it is rounded to the even neighbour. */
  public RgbImage apply(RgbImage image) {
    int top = (int) Math.rint((image.height() - size) / 2.0);
    int left = (int) Math.rint((image.width() - size) / 2.0);
    return image.crop(top, left, size, size);
  }
}

package longtail.image.augment;

import java.util.SplittableRandom;
import longtail.config.Default;
import longtail.image.RgbImage;

/**
 * The middle of the image.
 *
 * @param size height and width of the result in pixels
 * @param small what becomes of an image with a shorter side
 */
public record CenterCrop(int size, @Default("pad") SmallImages small) implements Transform {
  private static final long serialVersionUID = 1L;

  /** Checks the size. */
  public CenterCrop {
    if (size < 1) {
      throw new IllegalArgumentException("must be at least 1, was " + size);
    }
    Lengths.require("", size);
  }

  /** A crop that pads what is smaller. */
  public CenterCrop(int size) {
    this(size, SmallImages.PAD);
  }

  @Override
  public RgbImage apply(RgbImage image, SplittableRandom random) {
    return apply(image);
  }

  /** The crop; where the margin is odd, half of it is rounded to the even neighbour. */
  public RgbImage apply(RgbImage stored) {
    RgbImage image = small.atLeast(stored, size, size);
    int top = (int) Math.rint((image.height() - size) / 2.0);
    int left = (int) Math.rint((image.width() - size) / 2.0);
    return image.crop(top, left, size, size);
  }
}

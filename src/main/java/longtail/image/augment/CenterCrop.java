package longtail.image.augment;

import longtail.config.Default;
import longtail.image.RgbImage;

/**
 * The middle of the image.
 *
 * @param size height and width of the result in pixels
 * @param small what becomes of an image with a shorter side
 */
public record CenterCrop(int size, @Default("pad") SmallImages small) implements SizeTransform {
  private static final long serialVersionUID = 1L;

  /** Checks the size. */
  public CenterCrop {
    if (size < 1) {
      throw new IllegalArgumentException("must be at least 1, was " + size);
    }
  }

  /** A crop that pads what is smaller. */
  public CenterCrop(int size) {
    this(size, SmallImages.PAD);
  }

  @Override
  public RgbImage apply(RgbImage image) {
    return middle(small.atLeast(image, size, size), size, size);
  }

  /**
   * The middle of an image that is large enough; where the margin is odd, half of it is rounded to
   * the even neighbour.
   */
  static RgbImage middle(RgbImage image, int height, int width) {
    int top = (int) Math.rint((image.height() - height) / 2.0);
    int left = (int) Math.rint((image.width() - width) / 2.0);
    return image.crop(top, left, height, width);
  }
}

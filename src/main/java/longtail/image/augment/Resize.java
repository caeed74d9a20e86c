package longtail.image.augment;

import longtail.image.Bilinear;
import longtail.image.RgbImage;

/**
 * Antialiased bilinear resizing, keeping the proportions.
 *
 * @param size length of the shorter side of the result in pixels
 */
public record Resize(int size) implements SizeTransform {
  private static final long serialVersionUID = 1L;

  /** Checks the size. */
  public Resize {
    if (size < 1) {
      throw new IllegalArgumentException("must be at least 1, was " + size);
    }
  }

  @Override
  public RgbImage apply(RgbImage image) {
    return Bilinear.shorterSide(image, size);
  }
}

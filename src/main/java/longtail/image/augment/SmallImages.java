package longtail.image.augment;

import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.image.RgbImage;

/** What becomes of an image that is smaller than what a crop takes from it. */
public enum SmallImages {
  /** Black is put around it, the image in the middle. */
  PAD,
  /** It is an error. */
  REFUSE;

  /**
   * {@code image}, or a larger one around it that has {@code height} rows and {@code width} columns
   * at least.
   *
   * @throws LongTailException (DATA) with both sizes, if it is smaller and is to be refused
   */
  RgbImage atLeast(RgbImage image, int height, int width) {
    if (image.height() >= height && image.width() >= width) {
      return image;
    }
    return switch (this) {
      case PAD -> padded(image, Math.max(image.height(), height), Math.max(image.width(), width));
      case REFUSE -> throw refused(image, height, width);
    };
  }

  /** The error that says both sizes. */
  static LongTailException refused(RgbImage image, int height, int width) {
    return new LongTailException(
        ErrorCode.DATA,
        "an image of %d x %d pixels does not fit a crop that needs %d x %d; resize first, prepare the dataset in a larger size, or let the crop pad with small: pad"
            .formatted(image.width(), image.height(), width, height));
  }

  private static RgbImage padded(RgbImage image, int height, int width) {
    byte[] pixels = new byte[Math.multiplyExact(Math.multiplyExact(3, height), width)];
    int top = (height - image.height()) / 2;
    int left = (width - image.width()) / 2;
    int stride = 3 * image.width();
    for (int y = 0; y < image.height(); y++) {
      System.arraycopy(image.pixels(), y * stride, pixels, 3 * ((top + y) * width + left), stride);
    }
    return new RgbImage(height, width, pixels);
  }
}

package longtail.image.augment;

import java.util.SplittableRandom;
import longtail.config.Default;
import longtail.image.RgbImage;

/**
 * A crop at a random place of the image with a margin around it.
 *
 * @param padding width of the margin on each side in pixels
 * @param mode what the margin shows
 * @param size height and width of the result in pixels; 0 keeps the size of the image
 * @param small what becomes of an image that is with its margin still smaller than the result, or
 *     too small to be mirrored for the margin; without a size the latter is an error
 */
public record PadCrop(
    @Default("4") int padding,
    @Default("zero") Margin mode,
    @Default("0") int size,
    @Default("pad") SmallImages small)
    implements Transform {
  private static final long serialVersionUID = 1L;

  /** What the margin of a padded image shows. */
  public enum Margin {
    /** Black. */
    ZERO,
    /** The image mirrored at its edge, the edge itself not repeated. */
    REFLECT
  }

  /** Checks the padding and the size. */
  public PadCrop {
    if (padding < 0) {
      throw new IllegalArgumentException("must not be negative, was " + padding);
    }
    if (size < 0) {
      throw new IllegalArgumentException(
          "must be at least 1, or 0 for the image's own, was " + size);
    }
    Lengths.require("padding", padding);
    Lengths.require("size", size);
  }

  /** A crop that pads what is smaller. */
  public PadCrop(int padding, Margin mode, int size) {
    this(padding, mode, size, SmallImages.PAD);
  }

  @Override
  public RgbImage apply(RgbImage stored, SplittableRandom random) {
    RgbImage image = largeEnough(stored);
    int top = random.nextInt(offsets(image.height(), height(image)));
    int left = random.nextInt(offsets(image.width(), width(image)));
    return at(image, top, left);
  }

  /**
   * The crop whose first pixel is {@code (top, left)} of the padded image.
   *
   * @throws IndexOutOfBoundsException if the crop is not inside the padded image
   */
  public RgbImage at(RgbImage image, int top, int left) {
    int height = height(image);
    int width = width(image);
    if (top < 0
        || left < 0
        || top >= offsets(image.height(), height)
        || left >= offsets(image.width(), width)) {
      throw new IndexOutOfBoundsException(
          "A crop of %d x %d at row %d, column %d is not inside %s with a margin of %d"
              .formatted(width, height, top, left, image, padding));
    }
    byte[] from = image.pixels();
    byte[] to = new byte[3 * height * width];
    int first = Math.min(width, Math.max(0, padding - left));
    int last = Math.max(first, Math.min(width, image.width() + padding - left));
    for (int y = 0; y < height; y++) {
      int row = source(y + top, image.height());
      if (row < 0) {
        continue;
      }
      int base = row * image.width();
      if (last > first) {
        int shown = base + left + first - padding;
        System.arraycopy(from, 3 * shown, to, 3 * (y * width + first), 3 * (last - first));
      }
      for (int x = 0; x < first; x++) {
        pixel(from, base, source(x + left, image.width()), to, y * width + x);
      }
      for (int x = last; x < width; x++) {
        pixel(from, base, source(x + left, image.width()), to, y * width + x);
      }
    }
    return new RgbImage(height, width, to);
  }

  private static void pixel(byte[] from, int base, int column, byte[] to, int pixel) {
    if (column >= 0) {
      System.arraycopy(from, 3 * (base + column), to, 3 * pixel, 3);
    }
  }

  /** Position in the image of a position in the padded image; -1 where that is black. */
  private int source(int padded, int length) {
    int position = padded - padding;
    if (position >= 0 && position < length) {
      return position;
    }
    return switch (mode) {
      case ZERO -> -1;
      case REFLECT -> position < 0 ? -position : 2 * (length - 1) - position;
    };
  }

  private RgbImage largeEnough(RgbImage image) {
    int least = mode == Margin.REFLECT ? padding + 1 : 1;
    if (size == 0) {
      return SmallImages.REFUSE.atLeast(image, least, least);
    }
    least = Math.max(least, size - 2 * padding);
    return small.atLeast(image, least, least);
  }

  private int offsets(int length, int cropped) {
    if (mode == Margin.REFLECT && padding >= length) {
      throw new IllegalArgumentException(
          "A reflected margin must be smaller than the image, was %d for %d pixels"
              .formatted(padding, length));
    }
    int offsets = length + 2 * padding - cropped + 1;
    if (offsets < 1) {
      throw new IllegalArgumentException(
          "A crop of %d pixels does not fit into %d pixels with a margin of %d"
              .formatted(cropped, length, padding));
    }
    return offsets;
  }

  private int height(RgbImage image) {
    return size == 0 ? image.height() : size;
  }

  private int width(RgbImage image) {
    return size == 0 ? image.width() : size;
  }
}

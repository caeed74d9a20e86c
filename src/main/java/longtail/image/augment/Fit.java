package longtail.image.augment;

import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.config.Default;
import longtail.config.Ranges;
import longtail.image.Bilinear;
import longtail.image.RgbImage;

/**
 * An image of any size and shape in one size, by antialiased bilinear resizing; one that has the
 * size already stays as it is.
 *
 * @param size height of the result in pixels
 * @param width width of the result in pixels; 0 for as much as the height
 * @param mode what becomes of an image of other proportions
 * @param share how much of the shorter side a crop shows: it is resized to {@code size / share},
 *     rounded down, so 224 pixels are cropped from 256, and 32 from 36
 */
public record Fit(
    int size, @Default("0") int width, @Default("crop") Mode mode, @Default("0.875") double share)
    implements SizeTransform {
  private static final long serialVersionUID = 1L;

  /** How much of the shorter side published evaluations show: 224 of 256 pixels. */
  public static final double USUAL_SHARE = 0.875;

  /** What becomes of an image of other proportions. */
  public enum Mode {
    /** Its proportions are kept, and its middle is shown. */
    CROP,
    /** All of it is shown, and its proportions are not kept. */
    STRETCH,
    /** All of it is shown in its proportions, with black beside it. */
    LETTERBOX
  }

  /** Checks the extents and the share. */
  public Fit {
    Ranges.atLeast("size", 1, size);
    Ranges.atLeast("width", 0, width);
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException("share must be in (0, 1], was " + share);
    }
  }

  /** The usual result of {@code height x width} pixels. */
  public static Fit of(int height, int width, Mode mode) {
    return new Fit(height, width == height ? 0 : width, mode, USUAL_SHARE);
  }

  /** Columns of the result. */
  public int columns() {
    return width == 0 ? size : width;
  }

  @Override
  public RgbImage apply(RgbImage image) {
    if (image.height() == size && image.width() == columns()) {
      return image;
    }
    return switch (mode) {
      case CROP -> cropped(image);
      case STRETCH -> Bilinear.resize(image, size, columns());
      case LETTERBOX -> letterboxed(image);
    };
  }

  private RgbImage cropped(RgbImage image) {
    long rows = (long) Math.floor(size / share);
    long columns = (long) Math.floor(columns() / share);
    RgbImage resized =
        image.height() * columns <= image.width() * rows
            ? resized(image, rows, rows * image.width() / image.height())
            : resized(image, columns * image.height() / image.width(), columns);
    return CenterCrop.middle(resized, size, columns());
  }

  private RgbImage letterboxed(RgbImage image) {
    long rows = Math.max(1, (long) columns() * image.height() / image.width());
    long columns = Math.max(1, (long) size * image.width() / image.height());
    RgbImage resized =
        rows <= size ? resized(image, rows, columns()) : resized(image, size, columns);
    return SmallImages.PAD.atLeast(resized, size, columns());
  }

  private static RgbImage resized(RgbImage image, long rows, long columns) {
    if (3 * rows * columns > Integer.MAX_VALUE) {
      throw new LongTailException(
          ErrorCode.DATA,
          "an image of %d x %d pixels would be resized to %d x %d, which is too large: choose another mode of fit, such as stretch"
              .formatted(image.width(), image.height(), columns, rows));
    }
    return Bilinear.resize(image, (int) rows, (int) columns);
  }
}

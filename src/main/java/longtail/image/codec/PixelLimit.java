package longtail.image.codec;

import java.io.IOException;
import java.io.Serializable;

/**
 * How many pixels an image may have. What a header claims is held against it before any memory is
 * taken.
 *
 * @param pixels the largest number, at least 1
 */
public record PixelLimit(long pixels) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Three samples of each pixel must fit into one array. */
  private static final long MOST = (Integer.MAX_VALUE - 8) / 3;

  /** Where PIL refuses an image as a decompression bomb. */
  public static final PixelLimit USUAL = new PixelLimit(178_956_970);

  /** What an array can hold; for images that were held against a limit before. */
  public static final PixelLimit NONE = new PixelLimit(MOST);

  /** Checks the number. */
  public PixelLimit {
    if (pixels < 1 || pixels > MOST) {
      throw new IllegalArgumentException(
          "the largest number of pixels must be in [1, %d], was %d".formatted(MOST, pixels));
    }
  }

  /**
   * Checks a size, {@code what} saying whose.
   *
   * @throws IOException if it has no pixel, or more than allowed
   */
  public void check(long width, long height, String what) throws IOException {
    if (width < 1 || height < 1) {
      throw new IOException(
          "damaged image data: %s of %d x %d pixels".formatted(what, width, height));
    }
    if (width > MOST || height > MOST || width * height > pixels) {
      throw new IOException(
          "%s of %d x %d pixels is larger than the limit of %d pixels; raise it if the image is meant to be that large"
              .formatted(what, width, height, pixels));
    }
  }
}

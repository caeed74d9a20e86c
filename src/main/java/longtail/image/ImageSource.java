package longtail.image;

import java.io.IOException;

/** An image, decoded ({@link RgbImage}) or not yet. */
public interface ImageSource {
  /** Rows, at least 1. */
  int height();

  /** Columns, at least 1. */
  int width();

  /**
   * All pixels.
   *
   * @throws IOException with the reason, if the image is damaged or truncated
   */
  RgbImage whole() throws IOException;

  /**
   * The pixels in {@code box}, which is inside the image; where the image is not decoded yet,
   * damage below the box need not be noticed.
   *
   * @throws IOException with the reason, if the image is damaged
   */
  RgbImage crop(Box box) throws IOException;
}

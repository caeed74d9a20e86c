package longtail.image;

import java.util.Arrays;

/**
 * An image of 8-bit red, green and blue samples.
 *
 * @param height rows, at least 1
 * @param width columns, at least 1
 * @param pixels unsigned bytes, {@code [height, width, 3]}; the image shares the array, nobody
 *     writes to it afterwards
 */
@SuppressWarnings("ArrayRecordComponent") // equality is over the content, see below
public record RgbImage(int height, int width, byte[] pixels) implements ImageSource {
  /** Checks that the array holds exactly {@code height * width * 3} samples. */
  public RgbImage {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "An image must have at least one pixel, was " + width + " x " + height);
    }
    if (pixels.length != 3L * height * width) {
      throw new IllegalArgumentException(
          "An image of %d x %d pixels needs %d samples, was %d"
              .formatted(width, height, 3L * height * width, pixels.length));
    }
  }

  /** The sample of {@code channel} (0 red, 1 green, 2 blue), 0 to 255. */
  public int sample(int row, int column, int channel) {
    return pixels[3 * (row * width + column) + channel] & 0xFF;
  }

  /**
   * The box of {@code boxHeight x boxWidth} pixels whose first pixel is {@code (top, left)}.
   *
   * @throws IndexOutOfBoundsException if the box is not inside the image
   */
  public RgbImage crop(int top, int left, int boxHeight, int boxWidth) {
    if (top < 0 || left < 0 || top + boxHeight > height || left + boxWidth > width) {
      throw new IndexOutOfBoundsException(
          "The box %d x %d at row %d, column %d is not inside an image of %d x %d pixels"
              .formatted(boxWidth, boxHeight, top, left, width, height));
    }
    if (boxHeight == height && boxWidth == width) {
      return this;
    }
    byte[] box = new byte[3 * boxHeight * boxWidth];
    for (int y = 0; y < boxHeight; y++) {
      System.arraycopy(pixels, 3 * ((top + y) * width + left), box, 3 * y * boxWidth, 3 * boxWidth);
    }
    return new RgbImage(boxHeight, boxWidth, box);
  }

  @Override
  public RgbImage whole() {
    return this;
  }

  @Override
  public RgbImage crop(Box box) {
    return crop(box.top(), box.left(), box.height(), box.width());
  }

  /** The image with left and right exchanged. */
  public RgbImage mirrored() {
    byte[] mirrored = new byte[pixels.length];
    for (int y = 0; y < height; y++) {
      int from = 3 * y * width;
      int to = from + 3 * (width - 1);
      for (int x = 0; x < width; x++, from += 3, to -= 3) {
        mirrored[to] = pixels[from];
        mirrored[to + 1] = pixels[from + 1];
        mirrored[to + 2] = pixels[from + 2];
      }
    }
    return new RgbImage(height, width, mirrored);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RgbImage image
        && height == image.height
        && width == image.width
        && Arrays.equals(pixels, image.pixels);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * height + width) + Arrays.hashCode(pixels);
  }

  @Override
  public String toString() {
    return "RgbImage[" + width + " x " + height + "]";
  }
}

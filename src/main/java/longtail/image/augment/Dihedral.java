package longtail.image.augment;

import java.util.SplittableRandom;
import longtail.image.RgbImage;

/**
 * One of the eight turns and mirror images of the square, with equal probability, for images that
 * have no up and down, such as those of microscopes. Quarter turns exchange height and width.
 */
public record Dihedral() implements Transform {
  private static final long serialVersionUID = 1L;

  @Override
  public RgbImage apply(RgbImage image, SplittableRandom random) {
    int chosen = random.nextInt(8);
    RgbImage turned = chosen % 2 == 0 ? image : transposed(image);
    RgbImage mirrored = chosen / 2 % 2 == 0 ? turned : turned.mirrored();
    return chosen / 4 == 0 ? mirrored : upsideDown(mirrored);
  }

  /** Rows become columns. */
  private static RgbImage transposed(RgbImage image) {
    byte[] from = image.pixels();
    byte[] to = new byte[from.length];
    int height = image.height();
    int width = image.width();
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        System.arraycopy(from, 3 * (y * width + x), to, 3 * (x * height + y), 3);
      }
    }
    return new RgbImage(width, height, to);
  }

  private static RgbImage upsideDown(RgbImage image) {
    byte[] from = image.pixels();
    byte[] to = new byte[from.length];
    int stride = 3 * image.width();
    for (int y = 0; y < image.height(); y++) {
      System.arraycopy(from, y * stride, to, (image.height() - 1 - y) * stride, stride);
    }
    return new RgbImage(image.height(), image.width(), to);
  }
}

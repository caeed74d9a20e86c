package longtail.image.augment;

import java.util.Arrays;
import java.util.SplittableRandom;
import longtail.config.Default;
import longtail.image.Box;
import longtail.image.RgbImage;

/**
 * Hides square parts of the image.
 *
 * @param holes number of squares
 * @param length side of a square in pixels, less where it crosses the edge; an odd length counts as
 *     the even one below
 * @param value what a square shows
 */
public record Cutout(
    @Default("1") int holes, @Default("16") int length, @Default("black") Value value)
    implements Transform {
  private static final long serialVersionUID = 1L;

  /** What a hidden part shows. */
  public enum Value {
    /** Black, set before the normalisation. */
    BLACK,
    /** The mean colour: zero, set after the normalisation. */
    MEAN
  }

  /** Checks the figures. */
  public Cutout {
    if (holes < 1) {
      throw new IllegalArgumentException("holes must be at least 1, was " + holes);
    }
    if (length < 1) {
      throw new IllegalArgumentException("length must be at least 1, was " + length);
    }
    Lengths.require("holes", holes);
    Lengths.require("length", length);
  }

  @Override
  public RgbImage apply(RgbImage image, SplittableRandom random) {
    if (value != Value.BLACK) {
      return image;
    }
    byte[] pixels = image.pixels().clone();
    for (int i = 0; i < holes; i++) {
      Box hole = hole(image.height(), image.width(), random);
      for (int y = hole.top(); y < hole.top() + hole.height(); y++) {
        int start = 3 * (y * image.width() + hole.left());
        Arrays.fill(pixels, start, start + 3 * hole.width(), (byte) 0);
      }
    }
    return new RgbImage(image.height(), image.width(), pixels);
  }

  @Override
  public void applyNormalized(
      float[] pixels, int offset, int height, int width, SplittableRandom random) {
    if (value != Value.MEAN) {
      return;
    }
    for (int i = 0; i < holes; i++) {
      Box hole = hole(height, width, random);
      for (int y = hole.top(); y < hole.top() + hole.height(); y++) {
        int start = offset + 3 * (y * width + hole.left());
        Arrays.fill(pixels, start, start + 3 * hole.width(), 0f);
      }
    }
  }

  private Box hole(int height, int width, SplittableRandom random) {
    int row = random.nextInt(height);
    return hole(height, width, row, random.nextInt(width));
  }

  /** The hidden part around the centre {@code (row, column)} of an image of the given size. */
  public Box hole(int height, int width, int row, int column) {
    int half = length / 2;
    int top = Math.max(0, row - half);
    int left = Math.max(0, column - half);
    int bottom = Math.min(height, row + half);
    int right = Math.min(width, column + half);
    return new Box(top, left, bottom - top, right - left);
  }
}

package longtail.train.experiment;

import java.util.List;
import longtail.LongTailException;
import longtail.RandomStreams;
import longtail.image.RgbImage;
import longtail.image.augment.Transform;
import longtail.shard.Samples;

/**
 * Height and width in pixels of the images that the network sees.
 *
 * @param height rows, at least 1
 * @param width columns, at least 1
 */
public record InputSize(int height, int width) {
  /**
   * What {@code transforms} make of the first image of {@code samples}.
   *
   * @throws LongTailException (DATA) naming it, if they refuse an image of its size
   */
  public static InputSize of(Samples samples, List<? extends Transform> transforms) {
    RgbImage image = blank(samples.height(0), samples.width(0));
    try {
      for (Transform transform : transforms) {
        image = transform.apply(image, RandomStreams.of(0));
      }
    } catch (LongTailException e) {
      throw new LongTailException(
          e.code(), "image '%s': %s".formatted(samples.imageId(0), e.getMessage()), e);
    }
    return new InputSize(image.height(), image.width());
  }

  /** Numbers of one image. */
  public int length() {
    return height * width * 3;
  }

  @Override
  public String toString() {
    return width + " x " + height;
  }

  private static RgbImage blank(int height, int width) {
    return new RgbImage(height, width, new byte[height * width * 3]);
  }
}

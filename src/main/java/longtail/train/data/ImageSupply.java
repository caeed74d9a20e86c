package longtail.train.data;

import java.util.List;
import java.util.SplittableRandom;
import longtail.image.RgbImage;
import longtail.image.augment.Transform;

/** Decoded images by row; safe for use by several threads. */
public interface ImageSupply extends AutoCloseable {
  /**
   * The image of {@code row}.
   *
   * @throws longtail.LongTailException (DATA) naming the image that cannot be read
   */
  RgbImage image(int row);

  /**
   * The image of {@code row} after {@code transforms}; no more of it needs to be decoded than these
   * need.
   *
   * @throws longtail.LongTailException (DATA) naming the image that cannot be read
   */
  default RgbImage image(int row, List<Transform> transforms, SplittableRandom random) {
    RgbImage image = image(row);
    for (Transform transform : transforms) {
      image = transform.apply(image, random);
    }
    return image;
  }

  /** What messages call the image of {@code row}. */
  String name(int row);

  @Override
  void close();
}

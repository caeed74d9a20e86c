package longtail.train;

import longtail.image.RgbImage;

/** Decoded images by row; safe for use by several threads. */
interface ImageSupply extends AutoCloseable {
  /**
   * The image of {@code row}.
   *
   * @throws longtail.LongTailException (DATA) naming the image that cannot be read
   */
  RgbImage image(int row);

  /** What messages call the image of {@code row}. */
  String name(int row);

  @Override
  void close();
}

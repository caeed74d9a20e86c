package longtail.spark.predict;

import java.io.Closeable;
import java.io.IOException;

/** The bytes of images, one by one, for one thread. */
interface ImageFetcher extends Closeable {
  /**
   * The encoded image.
   *
   * @throws IOException with the reason, if it is not there or cannot be read
   */
  byte[] fetch(ImageReference image) throws IOException;
}

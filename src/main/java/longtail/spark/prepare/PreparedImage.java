package longtail.spark.prepare;

import java.io.Serializable;
import longtail.dataset.Annotation;

/**
 * An image as it is stored in a shard.
 *
 * @param extension of its file, without the dot
 * @param bytes the file
 * @param height rows in pixels
 * @param width columns in pixels
 * @param sourceHeight rows before resizing
 * @param sourceWidth columns before resizing
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record PreparedImage(
    String extension, byte[] bytes, int height, int width, int sourceHeight, int sourceWidth)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Whether the annotation states another size; one turned by a quarter counts as the same. */
  boolean contradicts(Annotation annotation) {
    if (annotation.height() == 0 || annotation.width() == 0) {
      return false;
    }
    boolean same = annotation.height() == sourceHeight && annotation.width() == sourceWidth;
    boolean turned = annotation.height() == sourceWidth && annotation.width() == sourceHeight;
    return !same && !turned;
  }
}

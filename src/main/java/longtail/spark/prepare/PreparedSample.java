package longtail.spark.prepare;

import java.io.IOException;
import java.io.Serializable;
import longtail.dataset.Annotation;

/**
 * What became of one image.
 *
 * @param annotation the image
 * @param image its bytes in the shard; null if it cannot be used
 * @param reason why it cannot be used; empty if it can
 */
public record PreparedSample(Annotation annotation, PreparedImage image, String reason)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  static PreparedSample of(Annotation annotation, PreparedImage image) {
    return new PreparedSample(annotation, image, "");
  }

  static PreparedSample unusable(Annotation annotation, IOException reason) {
    String message = reason.getMessage() == null ? reason.toString() : reason.getMessage();
    return new PreparedSample(annotation, null, message);
  }
}

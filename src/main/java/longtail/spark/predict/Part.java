package longtail.spark.predict;

import java.io.Serializable;
import java.util.List;

/**
 * Images that are scored and written as a whole.
 *
 * @param number of the part
 * @param first position of its first image among all
 * @param images in their order
 */
public record Part(int number, int first, List<ImageReference> images) implements Serializable {
  private static final long serialVersionUID = 1L;
}

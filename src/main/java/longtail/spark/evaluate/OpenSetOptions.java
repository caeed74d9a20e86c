package longtail.spark.evaluate;

import java.util.Optional;
import longtail.eval.OpenSet;

/**
 * How a model is tested on images of none of its classes, see {@link OpenSet}.
 *
 * @param unknown directory of a prepared dataset of such images, whatever its classes are called
 * @param threshold softmax probability below which an answer counts as rejected, in [0, 1]
 */
public record OpenSetOptions(Optional<String> unknown, double threshold) {
  /** There are no such images. */
  public static final OpenSetOptions CLOSED =
      new OpenSetOptions(Optional.empty(), OpenSet.USUAL_THRESHOLD);

  /** Checks the threshold. */
  public OpenSetOptions {
    if (!(threshold >= 0 && threshold <= 1)) {
      throw new IllegalArgumentException("threshold must be in [0, 1], was " + threshold);
    }
  }
}

package longtail.spark.evaluate;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What an evaluation of stored outputs is told.
 *
 * @param from directory of the outputs, see {@link OutputStore}
 * @param output directory of the figures, pages and predictions; existing ones are replaced
 * @param workers number of tasks; absent: one per core
 * @param counts training images per class; absent: those that were stored
 * @param name of the model in tables; absent: the one that was stored
 * @param postHoc what is done to the logits first
 * @param threshold probability below which an answer counts as rejected, see {@link OpenSetOptions}
 * @param nearestMean the classifier by class means that takes the head's place; its training set is
 *     a directory of stored features
 */
public record StoredEvaluateOptions(
    String from,
    String output,
    OptionalInt workers,
    Optional<TrainingCounts> counts,
    Optional<String> name,
    PostHoc postHoc,
    double threshold,
    Optional<NearestMeanOptions> nearestMean) {

  /** Checks what goes together. */
  public StoredEvaluateOptions {
    if (workers.orElse(1) < 1) {
      throw new IllegalArgumentException("workers must be at least 1, was " + workers.getAsInt());
    }
    nearestMean.ifPresent(
        means -> {
          means.requireNothing(postHoc);
          if (means.training().isEmpty()) {
            throw new IllegalArgumentException(
                "nearest-class-mean of stored features needs those of a training set as well: give --means-from DIR, written with --store");
          }
        });
  }
}

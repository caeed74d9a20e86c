package longtail.spark.round;

import java.util.Optional;
import java.util.OptionalInt;
import longtail.train.experiment.Experiment;

/**
 * What a training run is told beside the experiment.
 *
 * @param experiment what decides its result
 * @param data directory of the prepared training set
 * @param validation directory of a prepared dataset to score on meanwhile
 * @param output directory of everything the run writes
 * @param workers number of workers; absent: that of the checkpoint, else one per core of a local
 *     master or one per executor
 * @param existing what to do with checkpoints that are in {@code output} already
 */
public record TrainOptions(
    Experiment experiment,
    String data,
    Optional<String> validation,
    String output,
    OptionalInt workers,
    Existing existing) {
  /** What becomes of a run that is in the output directory already. */
  public enum Existing {
    /** Go on with its latest checkpoint. */
    RESUME,
    /** The same, where the last stage may have more epochs than before. */
    EXTEND,
    /** Refuse to touch it. */
    REFUSE
  }

  /** Checks the number of workers. */
  public TrainOptions {
    if (workers.orElse(1) < 1) {
      throw new IllegalArgumentException("workers must be at least 1, was " + workers.getAsInt());
    }
  }
}

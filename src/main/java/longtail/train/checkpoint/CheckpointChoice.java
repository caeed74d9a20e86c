package longtail.train.checkpoint;

import java.util.Optional;
import longtail.train.experiment.CheckpointPlan;

/**
 * Which checkpoint of a run is meant.
 *
 * @param which the newest or the best of those that are kept
 * @param metric validation figure that the best has the most of; absent: that of the experiment
 */
public record CheckpointChoice(Which which, Optional<CheckpointPlan.Metric> metric) {
  /** The newest checkpoint. */
  public static final CheckpointChoice LATEST =
      new CheckpointChoice(Which.LATEST, Optional.empty());

  /** How checkpoints compare. */
  public enum Which {
    /** By their steps. */
    LATEST,
    /** By a figure of their evaluation on the validation set. */
    BEST
  }
}

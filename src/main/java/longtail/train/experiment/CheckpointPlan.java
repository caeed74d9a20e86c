package longtail.train.experiment;

import java.util.Locale;
import java.util.Optional;
import longtail.config.Default;
import longtail.config.Ranges;

/**
 * When checkpoints are saved and which are kept.
 *
 * @param everyEpochs epochs of a stage between two checkpoints; the end of a stage always has one
 * @param everySteps steps of the run between two further checkpoints, for epochs that take long
 * @param keep how many of the newest are kept, at least 1; the best is kept beside them
 * @param bestMetric validation metric that the best checkpoint has the most of
 */
public record CheckpointPlan(
    @Default("1") int everyEpochs,
    Optional<Integer> everySteps,
    @Default("2") int keep,
    @Default("mean-class-accuracy") Metric bestMetric) {
  /** A figure of an evaluation, a fraction of 1; larger is better. */
  public enum Metric {
    /** Fraction of the images that are classified correctly. */
    TOP1,
    /** Fraction of the images whose class is among the five largest logits. */
    TOP5,
    /** Mean over the classes of the fraction that is classified correctly. */
    MEAN_CLASS_ACCURACY,
    /** Mean over the classes with many training images. */
    MANY,
    /** Mean over the classes with neither many nor few training images. */
    MEDIUM,
    /** Mean over the classes with few training images. */
    FEW;

    /** Its key in {@code evaluation.json}. */
    public String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Checks the intervals. */
  public CheckpointPlan {
    Ranges.atLeast("every-epochs", 1, everyEpochs);
    Ranges.atLeast("every-steps", 1, everySteps.orElse(1));
    Ranges.atLeast("keep", 1, keep);
  }
}

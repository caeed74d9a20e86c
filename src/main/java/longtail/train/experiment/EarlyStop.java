package longtail.train.experiment;

import java.util.Locale;
import longtail.config.Default;
import longtail.config.Ranges;

/**
 * When a stage ends before its last epoch: once a figure of the validation set has not become
 * better for a number of validations. The stage then hands on its last parameters, or with {@code
 * from: best} of the next stage those of the best checkpoint.
 *
 * @param metric figure of the validation set that must become better
 * @param patience validations in a row that may bring nothing better; the last of them ends the
 *     stage
 * @param minDelta by more than this a value must be better than the best so far to count
 */
public record EarlyStop(
    @Default("mean-class-accuracy") Metric metric, int patience, @Default("0.0") double minDelta) {
  /** A figure of a validation. */
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
    FEW,
    /** Mean of the negative logarithm of the true class's probability; smaller is better. */
    LOSS;

    /** Its key in {@code metrics.jsonl}. */
    public String key() {
      return this == LOSS ? "validation_loss" : name().toLowerCase(Locale.ROOT);
    }
  }

  /** Checks the ranges. */
  public EarlyStop {
    Ranges.atLeast("patience", 1, patience);
    if (!(minDelta >= 0) || Double.isInfinite(minDelta)) {
      throw new IllegalArgumentException(
          "min-delta must be finite and not negative, was " + minDelta);
    }
  }

  /** What is known after a validation with the figure {@code value}. */
  public Plateau after(Plateau before, double value) {
    boolean better =
        Double.isNaN(before.best())
            || (metric == Metric.LOSS
                ? value < before.best() - minDelta
                : value > before.best() + minDelta);
    return better ? new Plateau(value, 0) : new Plateau(before.best(), before.validations() + 1);
  }

  /** Whether the stage ends. */
  public boolean exhausted(Plateau plateau) {
    return plateau.validations() >= patience;
  }
}

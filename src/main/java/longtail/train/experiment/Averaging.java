package longtail.train.experiment;

import longtail.config.Default;
import longtail.config.Ranges;

/**
 * When the workers average.
 *
 * @param every steps between two averagings
 * @param scope what is averaged
 * @param segment seconds after which the workers return the state to the driver, if they have no
 *     other reason to; no influence on the result
 * @param patience seconds of silence after which an executor counts as lost; no influence on the
 *     result
 */
public record Averaging(
    @Default("5") int every,
    @Default("round") Scope scope,
    @Default("60") int segment,
    @Default("120") int patience) {
  /** What is averaged over the workers. */
  public enum Scope {
    /** The parameters after {@code every} steps that each worker took alone. */
    ROUND,
    /**
     * Every sum inside a step: gradients, statistics of batch normalisations, normalisers of
     * weighted losses. A step of several workers is then that of one with all their images.
     */
    STEP
  }

  /** Checks that at least one step is done before an averaging. */
  public Averaging {
    Ranges.atLeast("every", 1, every);
    Ranges.atLeast("segment", 1, segment);
    Ranges.atLeast("patience", 1, patience);
  }

  /** How many of {@code workers} take each step together. */
  public int partners(int workers) {
    return scope == Scope.STEP ? workers : 1;
  }
}

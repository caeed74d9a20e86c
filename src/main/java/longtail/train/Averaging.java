package longtail.train;

import longtail.config.Default;

/**
 * When the workers' results are merged.
 *
 * @param every steps between two merges
 * @param scope what is merged
 */
public record Averaging(@Default("5") int every, @Default("round") Scope scope) {
  /** What the workers' results are merged over. */
  public enum Scope {
    /** The parameters after {@code every} steps that each worker took alone. */
    ROUND,
    /**
     * Every sum inside a step: gradients, statistics of batch normalisations, normalisers of
     * weighted losses. A step of several workers is then that of one with all their images, and a
     * round of {@code every} steps merely one Spark job.
     */
    STEP
  }

  /** Checks that at least one step is done before a merge. */
  public Averaging {
    Checks.atLeast(1, every, "every");
  }

  /** How many of {@code workers} take each step together. */
  public int partners(int workers) {
    return scope == Scope.STEP ? workers : 1;
  }
}

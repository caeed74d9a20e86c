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
    /** The parameters after {@code every} steps. */
    ROUND,
    /** Every single step, whatever {@code every} says. */
    STEP
  }

  /** Checks that at least one step is done before a merge. */
  public Averaging {
    Checks.atLeast(1, every, "every");
  }

  /** Steps of a full round. */
  int stepsPerRound() {
    return scope == Scope.STEP ? 1 : every;
  }
}

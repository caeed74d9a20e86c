package longtail.method.metasaug;

import java.util.Optional;
import longtail.config.Default;
import longtail.config.Ranges;
import longtail.optim.Schedule;

/**
 * How {@link Metasaug} learns covariances.
 *
 * @param enabled whether it does; else the covariances are the statistics'
 * @param every learns in every so many steps, from the stage's first on
 * @param lr learning rate of the covariances, not negative
 * @param pseudo learning rate of the pseudo step; that of the real step if absent
 * @param batchSize images of a meta batch, over all workers; that of the stage if absent
 * @param fixedBatch whether all steps have the same meta batch, as in the published code for large
 *     images
 * @param gradient how the gradient at the covariances is computed
 */
public record CovarianceLearning(
    @Default("true") boolean enabled,
    @Default("1") int every,
    @Default("0.1") double lr,
    Optional<PseudoRate> pseudo,
    Optional<Integer> batchSize,
    @Default("false") boolean fixedBatch,
    @Default("exact") Gradient gradient) {
  /** How the gradient at the covariances is computed. */
  public enum Gradient {
    /** By the exact derivative of the logits along the meta gradient. */
    EXACT,
    /** As the exact one, but the derivative is a difference of one more forward pass: 1-3 % off. */
    FORWARD_DIFFERENCE,
    /** By a central difference of two more forward passes; for losses without the exact form. */
    FINITE_DIFFERENCE
  }

  /**
   * Learning rate of the pseudo step.
   *
   * @param lr base rate, not negative
   * @param schedule of the rate over the stage
   */
  public record PseudoRate(double lr, @Default("constant") Schedule schedule) {
    /** Checks the range. */
    public PseudoRate {
      Ranges.notNegative("lr", lr);
    }
  }

  /** Checks the ranges. */
  public CovarianceLearning {
    Ranges.notNegative("lr", lr);
    if (every < 1 || batchSize.orElse(1) < 1) {
      throw new IllegalArgumentException(
          "every and batch-size must be at least 1, were %d and %s".formatted(every, batchSize));
    }
  }

  /** Whether step {@code iteration} of the stage learns. */
  boolean due(long iteration) {
    return enabled && iteration % every == 0;
  }

  /** The pseudo step's learning rate in an epoch in which the real step has {@code rate}. */
  double pseudoRate(double rate, int epoch, int epochs) {
    return pseudo.map(own -> own.schedule().rate(own.lr(), epoch, epochs)).orElse(rate);
  }
}

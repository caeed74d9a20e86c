package longtail.loss;

import longtail.config.Default;
import longtail.config.Ranges;
import longtail.dataset.ClassCounts;

/**
 * Logit adjustment in training (Menon et al., "Long-tail learning via logit adjustment", 2021):
 * cross-entropy of {@code z + tau log n}, mean over the batch. At {@code tau} 1 it is {@link
 * BalancedSoftmax}; classes without images are treated as there.
 *
 * @param tau how much of the log prior is added, finite and not negative
 */
public record LogitAdjustment(@Default("1.0") double tau) implements Reweighting {

  /** Checks the range. */
  public LogitAdjustment {
    Ranges.notNegative("tau", tau);
  }

  @Override
  public LossFunction bind(ClassCounts counts) {
    return new SamplewiseLoss(
        counts.classes(), Reduction.MEAN, LogPrior.of("logit adjustment", counts, tau));
  }

  @Override
  public Loss early() {
    return new CrossEntropy();
  }
}

package longtail.loss;

import longtail.config.Default;
import longtail.config.Ranges;
import longtail.dataset.ClassCounts;

/**
 * Class-balanced cross-entropy: {@link WeightedCrossEntropy} by inverse effective numbers (Cui et
 * al., "Class-Balanced Loss Based on Effective Number of Samples", 2019).
 *
 * @param beta in [0, 1)
 */
public record ClassBalanced(@Default("0.999") double beta) implements Reweighting {

  /** Checks the range. */
  public ClassBalanced {
    Ranges.fraction("beta", beta);
  }

  @Override
  public LossFunction bind(ClassCounts counts) {
    return new WeightedCrossEntropy(new ClassWeighting.EffectiveNumber(beta)).bind(counts);
  }

  @Override
  public Loss early() {
    return new CrossEntropy();
  }
}

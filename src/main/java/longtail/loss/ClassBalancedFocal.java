package longtail.loss;

import longtail.config.Default;
import longtail.config.Ranges;
import longtail.dataset.ClassCounts;

/**
 * Class-balanced focal loss: {@link Focal} weighted by inverse effective numbers with mean 1 (Cui
 * et al., "Class-Balanced Loss Based on Effective Number of Samples", 2019).
 *
 * @param beta in [0, 1)
 * @param gamma finite and not negative
 */
public record ClassBalancedFocal(@Default("0.999") double beta, @Default("0.5") double gamma)
    implements Reweighting {

  /** Checks the ranges. */
  public ClassBalancedFocal {
    Ranges.fraction("beta", beta);
    Ranges.notNegative("gamma", gamma);
  }

  @Override
  public LossFunction bind(ClassCounts counts) {
    return new Focal(gamma, new ClassWeighting.EffectiveNumber(beta)).bind(counts);
  }

  @Override
  public Loss early() {
    return new Focal(gamma);
  }
}

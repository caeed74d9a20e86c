package longtail.loss;

import longtail.config.Default;
import longtail.config.Ranges;
import longtail.dataset.ClassCounts;

/**
 * Cost-sensitive cross-entropy: {@link WeightedCrossEntropy} by {@code (n_min / n_c)^exponent}
 * (Japkowicz and Stephen, "The class imbalance problem: A systematic study", 2002).
 *
 * @param exponent finite and not negative; 1/2 is the smooth form (Mahajan et al., 2018)
 */
public record CostSensitive(@Default("1.0") double exponent) implements Reweighting {

  /** Checks the range. */
  public CostSensitive {
    Ranges.notNegative("exponent", exponent);
  }

  @Override
  public LossFunction bind(ClassCounts counts) {
    return new WeightedCrossEntropy(new ClassWeighting.Cost(exponent)).bind(counts);
  }

  @Override
  public Loss early() {
    return new CrossEntropy();
  }
}

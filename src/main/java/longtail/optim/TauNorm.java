package longtail.optim;

import longtail.config.Default;
import longtail.config.Ranges;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Divides each row of a classifier's weight by a power of its norm, which after training evens out
 * the classes (Kang et al., "Decoupling Representation and Classifier for Long-Tailed Recognition",
 * 2020). The bias is not touched.
 *
 * @param tau the power: 0 changes nothing, 1 makes all rows equally long
 * @param norm the length of a row
 * @param timing when it acts, where it is the constraint of a stage
 */
public record TauNorm(
    @Default("1") double tau, @Default("l2") RowNorm norm, @Default("epoch") Timing timing)
    implements Constraint {
  /** Checks the power. */
  public TauNorm {
    Ranges.notNegative("tau", tau);
  }

  /** A constraint that acts after every epoch. */
  public TauNorm(double tau, RowNorm norm) {
    this(tau, norm, Timing.EPOCH);
  }

  @Override
  public double limit(INDArray weight) {
    return 0;
  }

  @Override
  public void project(INDArray weight, double limit) {
    apply(weight);
  }

  /** Changes {@code weight}, {@code [classes, width]}, in place; a row of zeros stays. */
  public void apply(INDArray weight) {
    double[] factors = norm.of(weight);
    for (int row = 0; row < factors.length; row++) {
      factors[row] = factors[row] == 0 ? 1 : Math.pow(factors[row], -tau);
    }
    RowNorm.scale(weight, factors);
  }
}

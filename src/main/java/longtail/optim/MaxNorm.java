package longtail.optim;

import java.util.Arrays;
import longtail.config.Default;
import longtail.config.Ranges;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Holds the rows of a classifier's weight within a limit, so that the head classes cannot outgrow
 * the tail (Alshammari et al., "Long-Tailed Recognition via Weight Balancing", 2022). The limit is
 * measured once, before training: between the shortest and the longest row of that time.
 *
 * @param threshold where the limit lies, 0 for the shortest row, 1 for the longest
 * @param norm the length of a row
 * @param tau power of the norm that is compared with the limit. At 1 a long row ends at the limit;
 *     elsewhere, as in GLMC's code, a row whose power {@code norm^tau} is above the limit is
 *     multiplied by {@code limit / norm^(tau^2)}, though the limit is measured without the power
 * @param timing when it acts; published runs projected after every epoch
 */
public record MaxNorm(
    @Default("1") double threshold,
    @Default("l2") RowNorm norm,
    @Default("1") double tau,
    @Default("epoch") Timing timing)
    implements Constraint {
  /** Checks threshold and power. */
  public MaxNorm {
    Ranges.notNegative("threshold", threshold);
    Ranges.notNegative("tau", tau);
  }

  /** The limit for rows that begin as those of {@code weight}, {@code [classes, width]}. */
  /** A constraint that acts after every epoch. */
  public MaxNorm(double threshold, RowNorm norm, double tau) {
    this(threshold, norm, tau, Timing.EPOCH);
  }

  @Override
  public double limit(INDArray weight) {
    double[] norms = norm.of(weight);
    double shortest = Arrays.stream(norms).min().orElse(0);
    double longest = Arrays.stream(norms).max().orElse(0);
    return shortest + threshold * (longest - shortest);
  }

  /** Shortens the rows of {@code weight}, {@code [classes, width]}, in place. */
  @Override
  public void project(INDArray weight, double limit) {
    double[] factors = norm.of(weight);
    for (int row = 0; row < factors.length; row++) {
      double length = Math.pow(factors[row], tau);
      factors[row] = length > limit ? limit / Math.pow(length, tau) : 1;
    }
    RowNorm.scale(weight, factors);
  }
}

package longtail.mix;

import java.util.SplittableRandom;
import longtail.RandomStreams;

/** Draws from the symmetric beta distribution. */
public final class Beta {
  private Beta() {}

  /**
   * A draw from {@code Beta(alpha, alpha)}, in [0, 1]; exact for every alpha: the ratio of gamma
   * variates on the logarithmic scale, where those of a small alpha do not vanish.
   *
   * @param alpha finite and positive
   */
  public static double draw(double alpha, SplittableRandom random) {
    if (alpha == 1) {
      return random.nextDouble();
    }
    double one = logGamma(alpha, random);
    double other = logGamma(alpha, random);
    return 1 / (1 + Math.exp(other - one));
  }

  /** The logarithm of a draw from {@code Gamma(shape, 1)}. */
  private static double logGamma(double shape, SplittableRandom random) {
    if (shape < 1) {
      return logGamma(shape + 1, random) + Math.log1p(-random.nextDouble()) / shape;
    }
    // Marsaglia and Tsang, "A simple method for generating gamma variables", 2000
    double d = shape - 1.0 / 3;
    double c = 1 / Math.sqrt(9 * d);
    while (true) {
      double x = RandomStreams.gaussian(random);
      double root = 1 + c * x;
      double v = root * root * root;
      double u = 1 - random.nextDouble();
      if (v > 0 && Math.log(u) < x * x / 2 + d - d * v + d * Math.log(v)) {
        return Math.log(d) + Math.log(v);
      }
    }
  }
}

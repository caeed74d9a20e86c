package longtail.loss;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import longtail.config.Ranges;
import longtail.dataset.ClassCounts;

/**
 * Weights that make rare classes count more, by the number of training images. They have mean 1
 * over the classes that have images; a class without images weighs 0 and does not touch the others.
 */
public final class ClassWeights {
  private ClassWeights() {}

  /**
   * Inverse effective numbers: {@code w_c} in proportion to {@code (1 - beta) / (1 - beta^n_c)}
   * (Cui et al., "Class-Balanced Loss Based on Effective Number of Samples", 2019).
   *
   * @param beta in [0, 1); at 0 all classes weigh the same, towards 1 by their inverse counts
   * @return {@code [classes]}
   */
  public static double[] effectiveNumber(ClassCounts counts, double beta) {
    Ranges.fraction("beta", beta);
    double logBeta = Math.log(beta);
    // expm1 keeps the digits that 1 - beta^n loses where beta^n is near 1
    return withMeanOne(ofCounts(counts, n -> -1 / Math.expm1(n * logBeta)), counts);
  }

  /**
   * Inverse powers: {@code w_c} in proportion to {@code n_c^-exponent}.
   *
   * @param exponent finite and not negative; 0 weighs all classes the same, 1 by their inverse
   *     counts
   * @return {@code [classes]}
   */
  public static double[] inversePower(ClassCounts counts, double exponent) {
    return withMeanOne(cost(counts, exponent), counts);
  }

  /**
   * Costs relative to the rarest class that has images: {@code w_c = (n_min / n_c)^exponent}, so
   * that no class weighs more than 1. Unlike the others they do not have mean 1.
   *
   * @param exponent finite and not negative; 1/2 is the smooth form
   * @return {@code [classes]}
   */
  public static double[] cost(ClassCounts counts, double exponent) {
    Ranges.notNegative("exponent", exponent);
    double rarest = rarest(counts);
    return ofCounts(counts, n -> Math.pow(rarest / n, exponent));
  }

  /** Images of the rarest class that has any; 1 if none has. */
  static int rarest(ClassCounts counts) {
    return Arrays.stream(counts.toArray()).filter(n -> n > 0).min().orElse(1);
  }

  private static double[] ofCounts(ClassCounts counts, IntToDoubleFunction weight) {
    return Arrays.stream(counts.toArray())
        .mapToDouble(n -> n == 0 ? 0 : weight.applyAsDouble(n))
        .toArray();
  }

  private static double[] withMeanOne(double[] weights, ClassCounts counts) {
    long present = Arrays.stream(counts.toArray()).filter(n -> n > 0).count();
    double mean = present == 0 ? 1 : Arrays.stream(weights).sum() / present;
    return Arrays.stream(weights).map(w -> w / mean).toArray();
  }
}

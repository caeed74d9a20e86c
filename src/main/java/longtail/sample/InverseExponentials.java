package longtail.sample;

import java.util.SplittableRandom;
import longtail.RandomStreams;

/**
 * Sums of {@code 1 / (shift + X_i)} over independent standard exponential {@code X_i}.
 *
 * <p>Few large terms make up most of such a sum's spread. The smallest {@value #EXACT} of the
 * {@code X_i} are drawn one by one, as the order statistics of exponentials allow (A. Rényi, "On
 * the theory of order statistics", 1953). The others are many, small and independent given the last
 * of them: their sum is drawn from a normal distribution with its mean, variance and skewness
 * (Cornish and Fisher, 1938), so the work does not grow with their number.
 */
final class InverseExponentials {
  private static final int EXACT = 24;
  private static final double EULER = 0.5772156649015329;

  private InverseExponentials() {}

  /** A draw of the sum of {@code terms} terms; {@code shift} is positive. */
  static double sum(int terms, double shift, SplittableRandom random) {
    double sum = 0;
    double at = shift;
    int alone = terms <= 2 * EXACT ? terms : EXACT;
    for (int i = 0; i < alone; i++) {
      at += -Math.log1p(-random.nextDouble()) / (terms - i);
      sum += 1 / at;
    }
    return terms == alone ? sum : sum + rest(terms - alone, at, random);
  }

  /** The same in as many draws as there are terms, without an approximation. */
  static double termByTerm(int terms, double shift, SplittableRandom random) {
    double sum = 0;
    for (int i = 0; i < terms; i++) {
      sum += 1 / (shift - Math.log1p(-random.nextDouble()));
    }
    return sum;
  }

  /** The sum of {@code terms} terms whose exponentials all exceed {@code from}. */
  private static double rest(int terms, double from, SplittableRandom random) {
    // E[X^-k | X > from], by parts from the first
    double first = scaledIntegral(from);
    double second = 1 / from - first;
    double third = (1 / (from * from) - second) / 2;
    double variance = second - first * first;
    double thirdCentral = third - 3 * first * second + 2 * first * first * first;
    double skewness = thirdCentral / (variance * Math.sqrt(variance * terms));
    double z = RandomStreams.gaussian(random);
    return terms * first + Math.sqrt(terms * variance) * (z + skewness * (z * z - 1) / 6);
  }

  /** {@code e^x E1(x)}, the exponential integral without its decay; {@code x} is positive. */
  static double scaledIntegral(double x) {
    return x < 1 ? Math.exp(x) * series(x) : continuedFraction(x);
  }

  private static double series(double x) {
    double sum = -EULER - Math.log(x);
    double term = 1;
    for (int k = 1; k < 30; k++) {
      term *= -x / k;
      sum -= term / k;
    }
    return sum;
  }

  /** Evaluated from a depth at which it has converged for {@code x >= 1}. */
  private static double continuedFraction(double x) {
    double value = x;
    for (int k = 120; k >= 1; k--) {
      value = x + k / (1 + k / value);
    }
    return 1 / value;
  }
}

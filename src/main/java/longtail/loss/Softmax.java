package longtail.loss;

/** The arithmetic that the losses of the softmax family share, for one sample in double. */
final class Softmax {
  private Softmax() {}

  /** The largest element; negative infinity of none. */
  static double largest(double[] z) {
    double largest = Double.NEGATIVE_INFINITY;
    for (double element : z) {
      largest = Math.max(largest, element);
    }
    return largest;
  }

  /**
   * {@code -log softmax(z)_label}; writes {@code softmax(z) - e_label} to {@code gradient}.
   *
   * <p>Shifting by the largest element keeps every exponential in [0, 1].
   */
  static double crossEntropy(double[] z, int label, double[] gradient) {
    double largest = largest(z);
    double sum = 0;
    for (int c = 0; c < z.length; c++) {
      gradient[c] = Math.exp(z[c] - largest);
      sum += gradient[c];
    }
    for (int c = 0; c < z.length; c++) {
      gradient[c] /= sum;
    }
    gradient[label] -= 1;
    return largest + Math.log(sum) - z[label];
  }

  /**
   * Cross-entropy with the target {@code (1 - amount) e_label + amount / classes}; writes {@code
   * softmax(z)} less the target to {@code gradient}.
   */
  static double smoothedCrossEntropy(double[] z, int label, double amount, double[] gradient) {
    double loss = crossEntropy(z, label, gradient);
    double spread = amount / z.length;
    double apart = 0;
    for (int c = 0; c < z.length; c++) {
      gradient[c] -= spread;
      apart += z[label] - z[c];
    }
    gradient[label] += amount;
    return loss + spread * apart;
  }

  /** Writes {@code log softmax(factor z)} to {@code logarithms}; {@code factor} is not negative. */
  static void logarithms(double[] z, double factor, double[] logarithms) {
    double largest = largest(z);
    double sum = 0;
    for (int c = 0; c < z.length; c++) {
      logarithms[c] = factor * (z[c] - largest);
      sum += Math.exp(logarithms[c]);
    }
    double logSum = Math.log(sum);
    for (int c = 0; c < z.length; c++) {
      logarithms[c] -= logSum;
    }
  }
}

package longtail.loss;

/** The arithmetic that the losses of the softmax family share, for one sample in double. */
final class Softmax {
  private Softmax() {}

  /** {@code log sum exp(z)} without overflow; negative infinity if every element is. */
  static double logSumExp(double[] z) {
    double largest = Double.NEGATIVE_INFINITY;
    for (double element : z) {
      largest = Math.max(largest, element);
    }
    if (largest == Double.NEGATIVE_INFINITY) {
      return largest;
    }
    double sum = 0;
    for (double element : z) {
      sum += Math.exp(element - largest);
    }
    return largest + Math.log(sum);
  }

  /** {@code -log softmax(z)_label}; writes {@code softmax(z) - e_label} to {@code gradient}. */
  static double crossEntropy(double[] z, int label, double[] gradient) {
    double normalizer = logSumExp(z);
    for (int c = 0; c < z.length; c++) {
      gradient[c] = Math.exp(z[c] - normalizer);
    }
    gradient[label] -= 1;
    return normalizer - z[label];
  }
}

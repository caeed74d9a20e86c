package longtail.loss;

import longtail.config.Default;
import longtail.dataset.ClassCounts;

/**
 * Binary cross-entropy of every class's softmax probability, {@code -w_y (log p_y + sum_{k != y}
 * log(1 - p_k)) / classes}, mean over the batch: the softmax form of the class-balanced loss (Cui
 * et al., "Class-Balanced Loss Based on Effective Number of Samples", 2019).
 *
 * @param weights what each class weighs
 */
public record BinarySoftmax(@Default("effective-number") ClassWeighting weights)
    implements Reweighting {

  @Override
  public LossFunction bind(ClassCounts counts) {
    return new SamplewiseLoss(Weighing.mean(weights.weights(counts)), BinarySoftmax::loss);
  }

  @Override
  public Loss early() {
    return new BinarySoftmax(new ClassWeighting.Uniform());
  }

  /**
   * With the odds {@code o_k = p_k / (1 - p_k)} the gradient is {@code 2 p_j - p_j sum_{k != y, j}
   * o_k}, for the true class {@code p_y - 1 - p_y sum_{k != y} o_k}. Only the odds of the likeliest
   * class can grow without bound; times {@code p_j} they are its probability times the share of
   * {@code j} in what it leaves to the others.
   */
  private static double loss(double[] z, int label, double[] gradient) {
    int first = 0;
    for (int c = 1; c < z.length; c++) {
      first = z[c] > z[first] ? c : first;
    }
    if (z.length == 1) {
      gradient[0] = 0;
      return 0;
    }
    double second = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < z.length; c++) {
      second = c == first ? second : Math.max(second, z[c]);
    }
    double others = 0;
    for (int c = 0; c < z.length; c++) {
      others += c == first ? 0 : Math.exp(z[c] - second);
    }
    double logOthers = second - z[first] + Math.log(others);
    double logAll = Math.log1p(Math.exp(logOthers));
    double sum = logAll + z[first] - z[label];
    double odds = 0;
    for (int c = 0; c < z.length; c++) {
      double p = Math.exp(z[c] - z[first] - logAll);
      gradient[c] = p;
      if (c == first) {
        sum += c == label ? 0 : logAll - logOthers;
      } else if (c != label) {
        sum -= Math.log1p(-p);
        odds += p / (1 - p);
      }
    }
    double ofFirst = gradient[first];
    for (int c = 0; c < z.length; c++) {
      double p = gradient[c];
      boolean counted = c != first && c != label;
      double rest = p * (odds - (counted ? p / (1 - p) : 0));
      double fromFirst =
          c == first || first == label ? 0 : ofFirst * Math.exp(z[c] - second) / others;
      gradient[c] = ((c == label ? p - 1 : 2 * p) - rest - fromFirst) / z.length;
    }
    return sum / z.length;
  }
}

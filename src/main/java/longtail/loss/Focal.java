package longtail.loss;

import longtail.config.Default;
import longtail.config.Ranges;
import longtail.dataset.ClassCounts;

/**
 * Focal loss over all classes by their sigmoids (Lin et al., "Focal Loss for Dense Object
 * Detection", 2017): {@code w_y sum_k (1 - p_k)^gamma (-log p_k)}, where {@code p_k} is the
 * sigmoid's probability that class {@code k} is what it is, present or absent; the mean divides by
 * the batch, so the level of the weights matters.
 *
 * @param gamma how little well classified samples count; finite and not negative
 * @param weights what each class weighs
 */
public record Focal(@Default("2.0") double gamma, @Default("uniform") ClassWeighting weights)
    implements Reweighting {

  /** Checks the range. */
  public Focal {
    Ranges.notNegative("gamma", gamma);
  }

  /** Every class weighs 1. */
  public Focal(double gamma) {
    this(gamma, new ClassWeighting.Uniform());
  }

  @Override
  public LossFunction bind(ClassCounts counts) {
    return new SamplewiseLoss(Weighing.mean(weights.weights(counts)), this::loss);
  }

  @Override
  public Loss early() {
    return new Focal(gamma);
  }

  /**
   * With {@code x} the logit signed towards the right answer, {@code 1 - p = exp(-softplus(x))} and
   * {@code -log p = softplus(-x)}: no power of a vanishing number is taken or divided by.
   */
  private double loss(double[] logits, int label, double[] gradient) {
    double sum = 0;
    for (int k = 0; k < logits.length; k++) {
      double sign = k == label ? 1 : -1;
      double x = sign * logits[k];
      double surprise = softplus(-x);
      double damping = Math.exp(-gamma * softplus(x));
      sum += damping * surprise;
      gradient[k] = -sign * damping * (gamma * sigmoid(x) * surprise + sigmoid(-x));
    }
    return sum;
  }

  private static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  private static double sigmoid(double x) {
    double small = Math.exp(-Math.abs(x));
    return (x >= 0 ? 1 : small) / (1 + small);
  }
}

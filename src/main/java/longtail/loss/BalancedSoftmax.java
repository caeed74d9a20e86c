package longtail.loss;

import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.config.Default;
import longtail.dataset.ClassCounts;

/**
 * Balanced softmax (Ren et al., "Balanced Meta-Softmax for Long-Tailed Visual Recognition", 2020):
 * cross-entropy of the logits shifted by the log prior, {@code -log softmax(z + log n)_y}, with
 * gradient {@code softmax(z + log n) - e_y}. Used for training only; predictions take plain logits.
 *
 * <p>Only the ratios of the counts {@code n} matter. A class without training images has
 * probability 0; a batch in which such a class occurs as a label is refused.
 *
 * @param reduction mean or sum over the batch
 */
public record BalancedSoftmax(@Default("mean") Reduction reduction) implements Loss {

  /** The mean over the batch. */
  public BalancedSoftmax() {
    this(Reduction.MEAN);
  }

  @Override
  public LossFunction bind(ClassCounts counts) {
    double[] logPrior = new double[counts.classes()];
    for (int c = 0; c < logPrior.length; c++) {
      logPrior[c] = Math.log(counts.count(c));
    }
    return new SamplewiseLoss(
        logPrior.length,
        reduction,
        (logits, label, gradient) -> loss(logits, label, gradient, logPrior));
  }

  private static double loss(double[] logits, int label, double[] gradient, double[] logPrior) {
    if (logPrior[label] == Double.NEGATIVE_INFINITY) {
      throw new LongTailException(
          ErrorCode.DATA,
          "balanced softmax: label %d occurs in a batch, but the class counts say that this class has no training images; use the counts of the dataset that is trained on"
              .formatted(label));
    }
    for (int c = 0; c < logits.length; c++) {
      logits[c] += logPrior[c];
    }
    return Softmax.crossEntropy(logits, label, gradient);
  }
}

package longtail.loss;

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
public record BalancedSoftmax(@Default("mean") Reduction reduction) implements Reweighting {

  /** The mean over the batch. */
  public BalancedSoftmax() {
    this(Reduction.MEAN);
  }

  @Override
  public LossFunction bind(ClassCounts counts) {
    return new SamplewiseLoss(
        counts.classes(), reduction, LogPrior.of("balanced softmax", counts, 1));
  }

  @Override
  public Loss early() {
    return new CrossEntropy(reduction);
  }
}

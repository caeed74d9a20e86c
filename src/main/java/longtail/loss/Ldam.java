package longtail.loss;

import longtail.config.Default;
import longtail.config.Ranges;
import longtail.dataset.ClassCounts;

/**
 * Label-distribution-aware margins (Cao et al., "Learning Imbalanced Datasets with
 * Label-Distribution-Aware Margin Loss", 2019): the weighted mean of the cross-entropies of {@code
 * scale (z - m_y e_y)}, where the margin {@code m} is larger for rarer classes. The paper uses it
 * on cosines, that is with a normalised head.
 *
 * @param scale of the logits, positive; 1 for none
 * @param maxMargin margin of the rarest class before scaling; see {@link Margins#ldam}
 * @param weights what each class weighs in the mean
 */
public record Ldam(
    @Default("30.0") double scale,
    @Default("0.5") double maxMargin,
    @Default("uniform") ClassWeighting weights)
    implements Reweighting {

  /** Checks the ranges. */
  public Ldam {
    Ranges.positive("scale", scale);
    Ranges.notNegative("max-margin", maxMargin);
  }

  /** Every class weighs 1. */
  public Ldam(double scale, double maxMargin) {
    this(scale, maxMargin, new ClassWeighting.Uniform());
  }

  @Override
  public LossFunction bind(ClassCounts counts) {
    return new MarginSoftmax(
        Weighing.weightedMean(weights.weights(counts)), scale, Margins.ldam(counts, maxMargin));
  }

  /** The margins stay; only the weights are deferred. */
  @Override
  public Loss early() {
    return new Ldam(scale, maxMargin);
  }

  @Override
  public int publishedLead() {
    return 1;
  }
}

package longtail.loss;

import longtail.config.Default;
import longtail.config.Ranges;
import longtail.dataset.ClassCounts;

/**
 * Label smoothing (Szegedy et al., "Rethinking the Inception Architecture", 2016): cross-entropy
 * with the target {@code (1 - epsilon) e_y + epsilon / classes}, mean over the batch.
 *
 * @param epsilon share of the target that is spread over all classes, in [0, 1]
 */
public record LabelSmoothing(@Default("0.1") double epsilon) implements Loss {

  /** Checks the range. */
  public LabelSmoothing {
    Ranges.share("epsilon", epsilon);
  }

  @Override
  public LossFunction bind(ClassCounts counts) {
    return new SamplewiseLoss(
        counts.classes(),
        Reduction.MEAN,
        (logits, label, gradient) ->
            Softmax.smoothedCrossEntropy(logits, label, epsilon, gradient));
  }
}

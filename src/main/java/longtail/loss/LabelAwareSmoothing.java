package longtail.loss;

import java.util.Arrays;
import longtail.config.Default;
import longtail.config.Ranges;
import longtail.dataset.ClassCounts;

/**
 * Label-aware smoothing (Zhong et al., "Improving Calibration for Long-Tailed Recognition", 2021):
 * {@link LabelSmoothing} by an amount that grows with the number of images of the true class, from
 * {@code tail} for the rarest to {@code head} for the largest class. Where all classes are equal,
 * it is {@code tail} for all.
 *
 * @param head amount for the largest class, in [0, 1]
 * @param tail amount for the rarest class, in [0, head]
 * @param shape how the amount grows in between
 */
public record LabelAwareSmoothing(
    @Default("0.4") double head, @Default("0.1") double tail, @Default("concave") Shape shape)
    implements Loss {

  /** How the amount grows with {@code r}, the place of a class's count from rarest to largest. */
  public enum Shape {
    /** {@code sin(pi r / 2)}. */
    CONCAVE,
    /** {@code r}. */
    LINEAR,
    /** {@code 1 + sin(3 pi / 2 + pi r / 2)}. */
    CONVEX;

    double rise(double r) {
      return switch (this) {
        case CONCAVE -> Math.sin(Math.PI * r / 2);
        case LINEAR -> r;
        case CONVEX -> 1 + Math.sin(1.5 * Math.PI + Math.PI * r / 2);
      };
    }
  }

  /** Checks the ranges. */
  public LabelAwareSmoothing {
    Ranges.share("head", head);
    Ranges.share("tail", tail);
    if (tail > head) {
      throw new IllegalArgumentException(
          "tail must not exceed head, was %s with head %s".formatted(tail, head));
    }
  }

  /** The amount for each class, {@code [classes]}. */
  public double[] amounts(ClassCounts counts) {
    double span = counts.max() - counts.min();
    return Arrays.stream(counts.toArray())
        .mapToDouble(n -> span == 0 ? 0 : (n - counts.min()) / span)
        .map(r -> tail + (head - tail) * shape.rise(r))
        .toArray();
  }

  @Override
  public LossFunction bind(ClassCounts counts) {
    double[] amounts = amounts(counts);
    return new SamplewiseLoss(
        counts.classes(),
        Reduction.MEAN,
        (logits, label, gradient) ->
            Softmax.smoothedCrossEntropy(logits, label, amounts[label], gradient));
  }
}

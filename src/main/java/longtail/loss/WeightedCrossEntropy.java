package longtail.loss;

import longtail.config.Default;
import longtail.dataset.ClassCounts;

/**
 * Cross-entropy in which the classes weigh differently, as a weighted mean: {@code sum_i w_yi l_i /
 * sum_i w_yi} with gradient {@code w_y (softmax(z) - e_y) / sum w}. Only the ratios of the weights
 * matter, and they do nothing in a batch of one class.
 *
 * @param weights what each class weighs
 * @param divisor what the sum is divided by
 */
public record WeightedCrossEntropy(ClassWeighting weights, @Default("weights") Divisor divisor)
    implements Reweighting {
  /** What the weighted sum of a batch is divided by. */
  public enum Divisor {
    /** The weights of its samples. */
    WEIGHTS,
    /** The number of its samples: the level of the weights matters. */
    SAMPLES
  }

  /** The weighted mean. */
  public WeightedCrossEntropy(ClassWeighting weights) {
    this(weights, Divisor.WEIGHTS);
  }

  @Override
  public LossFunction bind(ClassCounts counts) {
    double[] weight = weights.weights(counts);
    return MarginSoftmax.plain(
        switch (divisor) {
          case WEIGHTS -> Weighing.weightedMean(weight);
          case SAMPLES -> Weighing.mean(weight);
        });
  }

  @Override
  public Loss early() {
    return new CrossEntropy();
  }
}

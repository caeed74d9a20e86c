package longtail.sample;

import java.util.Optional;
import longtail.dataset.ClassCounts;

/**
 * How often the images of each class are drawn.
 *
 * <p>A sampler says which classes to prefer and nothing else; {@link EpochPlan} turns that into
 * rows, shard by shard.
 */
public sealed interface Sampler {
  /**
   * Probability of each class at every draw in epoch {@code epoch} (from 0) of {@code epochs}: a
   * vector {@code [classes]} that sums to 1, with 0 for a class without images. The images of a
   * class are equally probable, and drawn with replacement.
   *
   * <p>Empty: no draws; every image comes exactly once per epoch, in random order.
   */
  Optional<double[]> classProbabilities(ClassCounts counts, int epoch, int epochs);

  /** Every image once per epoch, in random order: a class comes in proportion to its images. */
  record InstanceSampler() implements Sampler {
    @Override
    public Optional<double[]> classProbabilities(ClassCounts counts, int epoch, int epochs) {
      return Optional.empty();
    }
  }

  /** A class, each as likely as any other that has images; then a random image of the class. */
  record ClassBalancedSampler() implements Sampler {
    @Override
    public Optional<double[]> classProbabilities(ClassCounts counts, int epoch, int epochs) {
      double[] weights = new double[counts.classes()];
      for (int c = 0; c < weights.length; c++) {
        weights[c] = counts.count(c) > 0 ? 1 : 0;
      }
      return Optional.of(normalized(weights));
    }
  }

  private static double[] normalized(double[] weights) {
    double sum = 0;
    for (double weight : weights) {
      sum += weight;
    }
    for (int c = 0; c < weights.length; c++) {
      weights[c] /= sum;
    }
    return weights;
  }
}

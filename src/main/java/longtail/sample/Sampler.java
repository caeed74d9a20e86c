package longtail.sample;

import java.util.Optional;
import longtail.dataset.ClassCounts;

/**
 * How often the images of each class are drawn.
 *
 * <p>A sampler says which classes to prefer and nothing else; {@link EpochPlan} turns that into
 * rows, shard by shard.
 */
public sealed interface Sampler
    permits InstanceSampler,
        ClassBalancedSampler,
        SquareRootSampler,
        ProgressiveSampler,
        ReverseSampler,
        PowerWeightedSampler,
        ClassAwareSampler,
        ClassPrioritySampler,
        DeferredSampler {
  /**
   * Probability of each class at every draw in epoch {@code epoch} (from 0) of {@code epochs}: a
   * vector {@code [classes]} that sums to 1, with 0 for a class without images. The images of a
   * class are equally probable, and drawn with replacement unless the sampler says otherwise.
   *
   * <p>Empty: no draws; every image comes exactly once per epoch, in random order.
   */
  Optional<double[]> classProbabilities(ClassCounts counts, int epoch, int epochs);

  /**
   * Whether what a shard is dealt are rows of its own and of tail classes, as always but with
   * samplers that have one sequence of rows for all shards.
   */
  default boolean keepsToShards() {
    return true;
  }

  /** The sampler that stands in for this one in epoch {@code epoch} (from 0); itself by default. */
  default Sampler inForce(int epoch) {
    return this;
  }
}

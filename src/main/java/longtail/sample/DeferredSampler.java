package longtail.sample;

import java.util.Optional;
import longtail.config.Default;
import longtail.dataset.ClassCounts;

/**
 * Deferred re-sampling: instance sampling in the first epochs of the stage, then another sampler,
 * which counts the epochs from the beginning of the stage too (Cao et al., "Learning Imbalanced
 * Datasets with Label-Distribution-Aware Margin Loss", 2019).
 *
 * @param startEpoch the epoch of the stage, from 0, in which the other sampler begins
 * @param then the other sampler
 */
public record DeferredSampler(int startEpoch, @Default("class-balanced") Sampler then)
    implements Sampler {
  /** Checks that the start is not negative and the other sampler not deferred itself. */
  public DeferredSampler {
    if (startEpoch < 0) {
      throw new IllegalArgumentException("start-epoch must not be negative, was " + startEpoch);
    }
    if (then instanceof DeferredSampler) {
      throw new IllegalArgumentException("then must not be deferred itself, was " + then);
    }
  }

  @Override
  public Optional<double[]> classProbabilities(ClassCounts counts, int epoch, int epochs) {
    return inForce(epoch).classProbabilities(counts, epoch, epochs);
  }

  @Override
  public boolean keepsToShards() {
    return then.keepsToShards();
  }

  @Override
  public Sampler inForce(int epoch) {
    return epoch < startEpoch ? new InstanceSampler() : then;
  }
}

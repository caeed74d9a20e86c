package longtail.sample;

import java.util.Optional;
import longtail.dataset.ClassCounts;

/** Every image once per epoch, in random order: a class comes in proportion to its images. */
public record InstanceSampler() implements Sampler {
  @Override
  public Optional<double[]> classProbabilities(ClassCounts counts, int epoch, int epochs) {
    return Optional.empty();
  }
}

package longtail.sample;

import java.util.Optional;
import longtail.dataset.ClassCounts;

/**
 * A class in proportion to the square root of its images, then a random image of the class: half
 * way between instance and class-balanced sampling (Kang et al., "Decoupling Representation and
 * Classifier for Long-Tailed Recognition", 2020).
 */
public record SquareRootSampler() implements Sampler {
  @Override
  public Optional<double[]> classProbabilities(ClassCounts counts, int epoch, int epochs) {
    return Optional.of(ClassProbabilities.proportional(counts, Math::sqrt));
  }
}

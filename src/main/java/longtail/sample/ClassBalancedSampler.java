package longtail.sample;

import java.util.Optional;
import longtail.dataset.ClassCounts;

/** A class, each as likely as any other that has images; then a random image of the class. */
public record ClassBalancedSampler() implements Sampler {
  @Override
  public Optional<double[]> classProbabilities(ClassCounts counts, int epoch, int epochs) {
    return Optional.of(ClassProbabilities.proportional(counts, n -> 1));
  }
}

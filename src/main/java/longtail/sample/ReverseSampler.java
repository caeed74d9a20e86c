package longtail.sample;

import java.util.Optional;
import longtail.dataset.ClassCounts;

/**
 * A class in inverse proportion to its images, then a random image of the class: the second stream
 * of BBN (Zhou et al., "BBN: Bilateral-Branch Network with Cumulative Learning", 2020).
 */
public record ReverseSampler() implements Sampler {
  @Override
  public Optional<double[]> classProbabilities(ClassCounts counts, int epoch, int epochs) {
    return Optional.of(ClassProbabilities.proportional(counts, n -> 1.0 / n));
  }
}

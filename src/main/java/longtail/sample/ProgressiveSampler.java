package longtail.sample;

import java.util.Optional;
import longtail.dataset.ClassCounts;

/**
 * From instance to class-balanced sampling over the epochs of the stage: with probability {@code t}
 * a class as likely as any other, else one in proportion to its images; {@code t} grows from {@code
 * 1 / epochs} in the first epoch to 1 in the last (Kang et al., "Decoupling Representation and
 * Classifier for Long-Tailed Recognition", 2020).
 */
public record ProgressiveSampler() implements Sampler {
  @Override
  public Optional<double[]> classProbabilities(ClassCounts counts, int epoch, int epochs) {
    double t = (epoch + 1.0) / epochs;
    double[] balanced = ClassProbabilities.proportional(counts, n -> 1);
    double[] probabilities = ClassProbabilities.proportional(counts, n -> n);
    for (int c = 0; c < probabilities.length; c++) {
      probabilities[c] = t * balanced[c] + (1 - t) * probabilities[c];
    }
    return Optional.of(probabilities);
  }
}

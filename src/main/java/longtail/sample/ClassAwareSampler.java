package longtail.sample;

import java.util.Optional;
import longtail.config.Default;
import longtail.dataset.ClassCounts;

/**
 * The classes in turn, in a new random order each time round, and of each class the next {@code
 * perClass} images of its own random order (Shen et al., "Relay Backpropagation", 2016). All
 * classes are drawn equally often, and a class repeats an image only after all its others; both
 * orders go on where the epoch before left them.
 *
 * @param perClass images of a class in a row, at least 1
 */
public record ClassAwareSampler(@Default("4") int perClass) implements Sampler {
  /** Checks the number of images. */
  public ClassAwareSampler {
    if (perClass < 1) {
      throw new IllegalArgumentException("per-class must be at least 1, was " + perClass);
    }
  }

  @Override
  public boolean keepsToShards() {
    return false;
  }

  /** How often each class comes on average; the draws are not independent. */
  @Override
  public Optional<double[]> classProbabilities(ClassCounts counts, int epoch, int epochs) {
    return Optional.of(ClassProbabilities.proportional(counts, n -> 1));
  }
}

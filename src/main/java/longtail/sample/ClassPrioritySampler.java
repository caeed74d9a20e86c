package longtail.sample;

import java.util.Optional;
import longtail.config.Default;
import longtail.dataset.ClassCounts;

/**
 * A class by its manual weight in the epoch, then a random image of the class: class priorities
 * that do not look at the model (Ren et al., "Balanced Meta-Softmax for Long-Tailed Visual
 * Recognition", 2020; there called manual only).
 *
 * @param weights of the classes, moving over the epochs of the stage
 */
public record ClassPrioritySampler(@Default("{}") ManualWeights weights) implements Sampler {
  @Override
  public Optional<double[]> classProbabilities(ClassCounts counts, int epoch, int epochs) {
    double[] manual = weights.ofClasses(counts, epoch, epochs);
    double sum = 0;
    for (double weight : manual) {
      sum += weight;
    }
    for (int c = 0; c < manual.length; c++) {
      manual[c] /= sum;
    }
    return Optional.of(manual);
  }
}

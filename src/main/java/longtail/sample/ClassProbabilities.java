package longtail.sample;

import java.util.function.IntToDoubleFunction;
import longtail.dataset.ClassCounts;

/** Probabilities of classes by their number of images. */
final class ClassProbabilities {
  private ClassProbabilities() {}

  /**
   * In proportion to {@code weight} of the number of images, {@code [classes]}; 0 for a class
   * without images.
   */
  static double[] proportional(ClassCounts counts, IntToDoubleFunction weight) {
    double[] probabilities = new double[counts.classes()];
    double sum = 0;
    for (int c = 0; c < probabilities.length; c++) {
      probabilities[c] = counts.count(c) > 0 ? weight.applyAsDouble(counts.count(c)) : 0;
      sum += probabilities[c];
    }
    for (int c = 0; c < probabilities.length; c++) {
      probabilities[c] /= sum;
    }
    return probabilities;
  }
}

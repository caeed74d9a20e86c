package longtail.sample;

import java.util.SplittableRandom;

/** How an image is drawn with weights that are learnt. Immutable. */
@FunctionalInterface
public interface RowDraw {
  /** The row of {@code population} for the next numbers of {@code random}. */
  int row(Population population, SplittableRandom random);

  /**
   * A class by its probability, then one of its images.
   *
   * @param probabilities {@code [classes]}, 0 for a class without images
   */
  static RowDraw ofClasses(double... probabilities) {
    CumulativeWeights classes = CumulativeWeights.of(probabilities);
    return (population, random) -> {
      int label = classes.at(random.nextDouble());
      return population.row(label, random.nextInt(population.counts().count(label)));
    };
  }

  /**
   * An image by its weight.
   *
   * @param weights {@code [rows]}, none negative
   */
  static RowDraw ofRows(double... weights) {
    PriorityTree tree = PriorityTree.of(weights);
    return (population, random) -> tree.find(random.nextDouble() * tree.total());
  }
}

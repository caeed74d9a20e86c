package longtail.sample;

import java.util.Arrays;
import java.util.SplittableRandom;

/** The images that one shard draws from, each class with its weight there. */
final class ClassMixture {
  private final Population.Range[] rows;
  private final CumulativeWeights weights;

  private ClassMixture(Population.Range[] rows, CumulativeWeights weights) {
    this.rows = rows;
    this.weights = weights;
  }

  /** What shard {@code shard} draws from under {@code probabilities} of the classes. */
  static ClassMixture of(Population population, int shard, double[] probabilities) {
    Population.Range[] rows = new Population.Range[probabilities.length];
    double[] weights = new double[probabilities.length];
    int present = 0;
    for (int c = 0; c < probabilities.length; c++) {
      double weight = weight(population, shard, c, probabilities[c]);
      if (weight > 0) {
        rows[present] = population.drawable(c, shard);
        weights[present++] = weight;
      }
    }
    return new ClassMixture(
        Arrays.copyOf(rows, present), CumulativeWeights.of(Arrays.copyOf(weights, present)));
  }

  /** The sum of every shard's class weights; they sum to 1. */
  static double[] shardWeights(Population population, double[] probabilities) {
    double[] weights = new double[population.shards()];
    for (int s = 0; s < weights.length; s++) {
      for (int c = 0; c < probabilities.length; c++) {
        weights[s] += weight(population, s, c, probabilities[c]);
      }
    }
    return weights;
  }

  /** Sum of the class weights. */
  double weight() {
    return weights.total();
  }

  /** A class by its weight, then one of its rows, each as likely as the others. */
  int draw(SplittableRandom random) {
    Population.Range chosen = rows[weights.at(random.nextDouble())];
    return chosen.row(random.nextInt(chosen.size()));
  }

  /** Shows every image with its weight; the weights sum to {@link #weight}. */
  void forEachImage(ImageWeight visitor) {
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < rows[i].size(); j++) {
        visitor.visit(rows[i].row(j), weights.weight(i) / rows[i].size());
      }
    }
  }

  /** Receives images with their weights. */
  @FunctionalInterface
  interface ImageWeight {
    void visit(int row, double weight);
  }

  /** {@code p n_cs / n_c}, or {@code p / S} for a tail class, which every shard holds whole. */
  private static double weight(Population population, int shard, int label, double probability) {
    int images = population.images(label);
    if (probability == 0 || images == 0) {
      return 0;
    }
    return population.tail(label)
        ? probability / population.shards()
        : probability * population.drawable(label, shard).size() / images;
  }
}

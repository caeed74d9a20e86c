package longtail.loss;

import java.util.Arrays;
import java.util.OptionalDouble;

/** How much each sample of a batch counts: the weight of its class over a divisor. */
final class Weighing {
  private final double[] weights;
  private final Divisor divisor;

  private enum Divisor {
    ONE,
    SAMPLES,
    WEIGHTS
  }

  private Weighing(double[] weights, Divisor divisor) {
    this.weights = weights;
    this.divisor = divisor;
  }

  /** Every sample counts the same. */
  static Weighing equal(int classes, Reduction reduction) {
    return new Weighing(
        new ClassWeighting.Uniform().weights(classes),
        reduction == Reduction.MEAN ? Divisor.SAMPLES : Divisor.ONE);
  }

  /** {@code sum w_y l / batch}: the level of the weights matters. */
  static Weighing mean(double[] weights) {
    return new Weighing(weights, Divisor.SAMPLES);
  }

  /** {@code sum w_y l / sum w_y}; a batch of one class is not touched by the weights. */
  static Weighing weightedMean(double[] weights) {
    return new Weighing(weights, Divisor.WEIGHTS);
  }

  int classes() {
    return weights.length;
  }

  double weight(int label) {
    return weights[label];
  }

  /** The divisor of a batch; empty for a sum that is not divided. */
  OptionalDouble divisor(int[] labels) {
    return switch (divisor) {
      case ONE -> OptionalDouble.empty();
      case SAMPLES -> OptionalDouble.of(labels.length);
      case WEIGHTS -> OptionalDouble.of(Arrays.stream(labels).mapToDouble(c -> weights[c]).sum());
    };
  }

  /** One over the divisor; 0 for a batch that weighs nothing. */
  double scale(int[] labels) {
    double by = divisor(labels).orElse(1);
    return by == 0 ? 0 : 1 / by;
  }
}

package longtail.train;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a worker counted during a round.
 *
 * @param examples images that were learned from
 * @param lossSum sum over the images of their loss
 * @param correct images whose largest logit was that of their class; a mixed image counts by the
 *     shares of its labels
 * @param waitNanos time spent waiting for decoded and augmented images
 * @param computeNanos time spent in forward, loss, backward and update
 * @param figureSums sum over the images of what else the method reported, by name
 */
public record Counters(
    long examples,
    double lossSum,
    double correct,
    long waitNanos,
    long computeNanos,
    Map<String, Double> figureSums)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Nothing counted. */
  public static final Counters NONE = new Counters(0, 0, 0, 0, 0);

  /** Counters without further figures. */
  public Counters(
      long examples, double lossSum, double correct, long waitNanos, long computeNanos) {
    this(examples, lossSum, correct, waitNanos, computeNanos, new TreeMap<>());
  }

  /** {@code figures} of {@code examples} images as sums. */
  static Map<String, Double> sums(Map<String, Double> figures, int examples) {
    Map<String, Double> sums = new TreeMap<>();
    figures.forEach((name, mean) -> sums.put(name, mean * examples));
    return sums;
  }

  /** The sums of both. */
  public Counters plus(Counters other) {
    Map<String, Double> figures = new TreeMap<>(figureSums);
    other.figureSums.forEach((name, sum) -> figures.merge(name, sum, Double::sum));
    return new Counters(
        examples + other.examples,
        lossSum + other.lossSum,
        correct + other.correct,
        waitNanos + other.waitNanos,
        computeNanos + other.computeNanos,
        figures);
  }

  /** Mean loss of an image; 0 without images. */
  public double loss() {
    return examples == 0 ? 0 : lossSum / examples;
  }

  /** Fraction of the images that were classified correctly; 0 without images. */
  public double accuracy() {
    return examples == 0 ? 0 : correct / examples;
  }

  /** Means over the images of what else the method reported, by name. */
  public Map<String, Double> figures() {
    Map<String, Double> means = new TreeMap<>();
    figureSums.forEach((name, sum) -> means.put(name, sum / examples));
    return means;
  }
}

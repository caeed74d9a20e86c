package longtail.eval;

import java.util.OptionalDouble;
import java.util.stream.IntStream;
import longtail.dataset.ClassCounts;
import longtail.dataset.Shots;

/**
 * Accuracy of answers that count by a weight: the weight of the right answers over the weight of
 * all, over everything or per class. The accuracy of a group is the mean over its classes.
 *
 * <p>A sample of two mixed labels is two answers, weighted by the share of each label (Zhang et
 * al., "mixup: Beyond Empirical Risk Minimization", 2018).
 */
public final class WeightedAccuracy {
  private final ClassCounts training;
  private final Shots shots;
  private final double[] weight;
  private final double[] right;

  private WeightedAccuracy(ClassCounts training, Shots shots) {
    this.training = training;
    this.shots = shots;
    weight = new double[training.classes()];
    right = new double[training.classes()];
  }

  /**
   * No answers yet.
   *
   * @param training training images per class, which decide the groups
   * @param shots thresholds of the groups
   */
  public static WeightedAccuracy of(ClassCounts training, Shots shots) {
    return new WeightedAccuracy(training, shots);
  }

  /**
   * Adds one answer.
   *
   * @param label true class, in {@code [0, classes)}
   * @param answer predicted class; anything that is not a class is a wrong answer
   * @param weight finite and not negative
   */
  public void add(int label, int answer, double weight) {
    if (label < 0 || label >= right.length) {
      throw new IllegalArgumentException(
          "label must be in [0, %d), was %d".formatted(right.length, label));
    }
    if (!(weight >= 0 && weight < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "weight must be finite and not negative, was %s".formatted(weight));
    }
    this.weight[label] += weight;
    if (label == answer) {
      right[label] += weight;
    }
  }

  /**
   * Adds the answer to a mixed sample.
   *
   * @param share of the first label, in [0, 1]; the second has the rest
   */
  public void addMixed(int first, int second, double share, int answer) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "share of the first label must be in [0, 1], was %s".formatted(share));
    }
    add(first, answer, share);
    add(second, answer, 1 - share);
  }

  /** Accuracy of all answers; empty without any of weight. */
  public OptionalDouble overall() {
    double total = IntStream.range(0, weight.length).mapToDouble(c -> weight[c]).sum();
    double hits = IntStream.range(0, right.length).mapToDouble(c -> right[c]).sum();
    return total > 0 ? OptionalDouble.of(hits / total) : OptionalDouble.empty();
  }

  /** Accuracy of the answers on class {@code c}; empty without any of weight. */
  public OptionalDouble ofClass(int c) {
    return weight[c] > 0 ? OptionalDouble.of(right[c] / weight[c]) : OptionalDouble.empty();
  }

  /** Mean accuracy of the classes of {@code group} that have one; empty if none has. */
  public OptionalDouble ofGroup(Shots.Group group) {
    return IntStream.range(0, weight.length)
        .filter(c -> weight[c] > 0 && shots.of(training.count(c)) == group)
        .mapToDouble(c -> right[c] / weight[c])
        .average();
  }
}

package longtail.eval;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * The accuracies of the classes in one number; classes without test images do not count, and every
 * figure without tested classes is 0.
 *
 * @param classes result on each class
 */
public record ClassAccuracies(List<ClassResult> classes) {
  /** Copies the results. */
  public ClassAccuracies {
    classes = List.copyOf(classes);
  }

  /** Their mean. */
  public double mean() {
    return accuracies().average().orElse(0);
  }

  /** Their harmonic mean; 0 as soon as one class is never recognised. */
  public double harmonicMean() {
    return 1
        / accuracies().map(accuracy -> 1 / accuracy).average().orElse(Double.POSITIVE_INFINITY);
  }

  /** Their geometric mean; 0 as soon as one class is never recognised. */
  public double geometricMean() {
    return Math.exp(accuracies().map(Math::log).average().orElse(Double.NEGATIVE_INFINITY));
  }

  /** The class of the lowest accuracy, of equal ones the first. */
  public Optional<ClassResult> worst() {
    return classes.stream()
        .filter(ClassResult::tested)
        .min(Comparator.comparingDouble(ClassResult::accuracy));
  }

  /** Number of classes with test images. */
  public int tested() {
    return (int) classes.stream().filter(ClassResult::tested).count();
  }

  /** Number of tested classes of which no image was recognised. */
  public int neverRecognised() {
    return (int) classes.stream().filter(c -> c.tested() && c.correct() == 0).count();
  }

  /** The results by training images, most first, of equal ones the lower class. */
  public List<ClassResult> headToTail() {
    return classes.stream()
        .sorted(
            Comparator.comparingInt((ClassResult c) -> -c.training())
                .thenComparingInt(ClassResult::label))
        .toList();
  }

  /**
   * The accuracy on a test set with the class shares of {@code distribution}: the mean accuracy of
   * the classes weighted by their shares.
   */
  public double under(TestDistribution distribution) {
    List<ClassResult> order = headToTail();
    double[] shares = distribution.shares(order.size());
    int[] tested = IntStream.range(0, shares.length).filter(i -> order.get(i).tested()).toArray();
    double right = IntStream.of(tested).mapToDouble(i -> shares[i] * order.get(i).accuracy()).sum();
    double all = IntStream.of(tested).mapToDouble(i -> shares[i]).sum();
    return all == 0 ? 0 : right / all;
  }

  private DoubleStream accuracies() {
    return classes.stream().filter(ClassResult::tested).mapToDouble(ClassResult::accuracy);
  }
}

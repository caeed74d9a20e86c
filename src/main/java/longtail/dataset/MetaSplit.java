package longtail.dataset;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A training set divided into a small class-balanced meta set and the rest; both keep the order of
 * the file and have no image in common.
 *
 * @param meta positions of the meta images, ascending
 * @param train positions of the others, ascending
 */
public record MetaSplit(int[] meta, int[] train) {

  /**
   * Takes {@code perClass} images of each class; a class with fewer gives all it has.
   *
   * @param labels class of each image, in [0, classes)
   */
  public static MetaSplit of(int[] labels, int classes, int perClass, ClassDraw draw) {
    int[] wanted = new int[classes];
    Arrays.fill(wanted, perClass);
    return of(labels, ClassCounts.of(wanted), draw);
  }

  /** The same, but every class keeps at least one image to train on. */
  public static MetaSplit leavingOne(int[] labels, int classes, int perClass, ClassDraw draw) {
    int[] counts = ClassCounts.ofLabels(labels, classes).toArray();
    int[] wanted = Arrays.stream(counts).map(n -> Math.min(perClass, Math.max(0, n - 1))).toArray();
    return of(labels, ClassCounts.of(wanted), draw);
  }

  private static MetaSplit of(int[] labels, ClassCounts wanted, ClassDraw draw) {
    int[] meta = ClassSubset.inFileOrder(labels, wanted, draw);
    boolean[] taken = new boolean[labels.length];
    Arrays.stream(meta).forEach(i -> taken[i] = true);
    int[] train = IntStream.range(0, labels.length).filter(i -> !taken[i]).toArray();
    return new MetaSplit(meta, train);
  }
}

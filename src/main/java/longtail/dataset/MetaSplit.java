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
    int[] meta = ClassSubset.inFileOrder(labels, ClassCounts.of(wanted), draw);
    boolean[] taken = new boolean[labels.length];
    Arrays.stream(meta).forEach(i -> taken[i] = true);
    int[] train = IntStream.range(0, labels.length).filter(i -> !taken[i]).toArray();
    return new MetaSplit(meta, train);
  }
}

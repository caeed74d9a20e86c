package longtail.dataset;

import java.io.Serializable;
import java.util.Arrays;
import longtail.Quantity;

/** How many images each class has. */
public final class ClassCounts implements Serializable {
  private static final long serialVersionUID = 1L;

  private final int[] counts;

  private ClassCounts(int[] counts) {
    this.counts = counts;
  }

  /**
   * The counts {@code n}, class by class.
   *
   * @throws IllegalArgumentException if there is no class or a count is negative
   */
  public static ClassCounts of(int... n) {
    if (n.length == 0) {
      throw new IllegalArgumentException("class counts must name at least one class, named none");
    }
    for (int c = 0; c < n.length; c++) {
      if (n[c] < 0) {
        throw new IllegalArgumentException(
            "the count of class " + c + " must not be negative, was " + n[c]);
      }
    }
    return new ClassCounts(n.clone());
  }

  /**
   * Counts {@code labels} over {@code classes} classes.
   *
   * @throws IllegalArgumentException if a label is outside {@code [0, classes)}
   */
  public static ClassCounts ofLabels(int[] labels, int classes) {
    int[] n = new int[classes];
    for (int label : labels) {
      if (label < 0 || label >= classes) {
        throw new IllegalArgumentException(
            "labels must be in [0, " + classes + "), one was " + label);
      }
      n[label]++;
    }
    return of(n);
  }

  /** Number of classes. */
  public int classes() {
    return counts.length;
  }

  /** Images of class {@code c}. */
  public int count(int c) {
    return counts[c];
  }

  /** Images of all classes together. */
  public int total() {
    return Math.toIntExact(Arrays.stream(counts).asLongStream().sum());
  }

  /** Images of the largest class. */
  public int max() {
    return Arrays.stream(counts).max().orElseThrow();
  }

  /** Images of the smallest class. */
  public int min() {
    return Arrays.stream(counts).min().orElseThrow();
  }

  /** Largest over smallest class; infinite when a class is empty. */
  public double imbalanceFactor() {
    return (double) max() / min();
  }

  /** Number of classes whose count puts them into {@code group}. */
  public int classesOf(Shots.Group group, Shots shots) {
    return Math.toIntExact(Arrays.stream(counts).filter(n -> shots.of(n) == group).count());
  }

  /** A copy, {@code [classes]}. */
  public int[] toArray() {
    return counts.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ClassCounts that && Arrays.equals(counts, that.counts);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(counts);
  }

  /** Summary for messages, such as {@code 10 classes, 12406 images, 5000 to 50 per class}. */
  @Override
  public String toString() {
    return "%s, %s, %d to %d per class"
        .formatted(Quantity.of(classes(), "class"), Quantity.of(total(), "image"), max(), min());
  }
}

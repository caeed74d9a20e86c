package longtail.dataset;

import java.io.Serializable;
import java.util.Arrays;

/**
 * How many images are generated for each class of a long-tailed set, whose largest and smallest
 * classes have {@code n_max} and {@code n_min} images (Zhang et al., "Bag of Tricks for Long-Tailed
 * Visual Recognition", 2021).
 */
public final class GenerationQuota implements Serializable {
  private static final long serialVersionUID = 1L;

  private final int threshold;

  private GenerationQuota(int threshold) {
    this.threshold = threshold;
  }

  /** {@code n_max + n_min - n_c}: all classes get equally large, the rule for CIFAR-LT. */
  public static GenerationQuota levelling() {
    return new GenerationQuota(Integer.MAX_VALUE);
  }

  /**
   * The same for classes with fewer than {@code threshold} images, but at most {@code threshold}
   * for each; nothing for the others.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public static GenerationQuota below(int threshold) {
    if (threshold < 0) {
      throw new IllegalArgumentException("below must not be negative, was " + threshold);
    }
    return new GenerationQuota(threshold);
  }

  /** Images to generate of each class; of one without images, none can be. */
  public int[] of(ClassCounts counts) {
    int[] n = counts.toArray();
    int smallest = Arrays.stream(n).filter(images -> images > 0).min().orElse(0);
    int level = counts.max() + smallest;
    int[] quota = new int[n.length];
    for (int c = 0; c < n.length; c++) {
      boolean wanting = n[c] > 0 && n[c] < threshold;
      quota[c] = wanting ? Math.min(level - n[c], threshold) : 0;
    }
    return quota;
  }

  /** In words, such as {@code below 100}. */
  @Override
  public String toString() {
    return threshold == Integer.MAX_VALUE ? "levelling" : "below " + threshold;
  }
}

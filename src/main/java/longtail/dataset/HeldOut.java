package longtail.dataset;

import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.IntStream;
import longtail.config.Default;
import longtail.config.Ranges;

/**
 * A split that is set aside from {@code train} because the dataset comes without it: of each class
 * the same share, drawn by a seed, so that rare classes are not missed. No image is in both.
 *
 * @param split its name
 * @param share of each class in (0, 1), rounded to whole images: at least one of a class of two or
 *     more, and never all of a class
 * @param seed of the choice
 */
public record HeldOut(
    @Default("val") String split, @Default("0.2") double share, @Default("0") long seed)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Checks the name and the share. */
  public HeldOut {
    Ranges.notBlank("split", split);
    if (split.equals("train") || split.equals("meta")) {
      throw new IllegalArgumentException("split must not be train or meta, was " + split);
    }
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException("share must be in (0, 1), was " + share);
    }
  }

  /** What is left to train on of the images {@code all}. */
  public AnnotatedSet train(AnnotatedSet all) {
    boolean[] aside = new boolean[all.size()];
    Arrays.stream(chosen(all)).forEach(i -> aside[i] = true);
    return all.select(IntStream.range(0, aside.length).filter(i -> !aside[i]).toArray());
  }

  /** What is set aside of the images {@code all}, in their order. */
  public AnnotatedSet heldOut(AnnotatedSet all) {
    return all.select(chosen(all));
  }

  private int[] chosen(AnnotatedSet all) {
    int[] wanted = Arrays.stream(all.counts().toArray()).map(this::of).toArray();
    return new SubsetSelection.Seeded(seed).select(all.labels(), ClassCounts.of(wanted));
  }

  private int of(int count) {
    long share = Math.round(count * this.share);
    return (int) Math.min(Math.max(share, 1), Math.max(0, count - 1));
  }
}

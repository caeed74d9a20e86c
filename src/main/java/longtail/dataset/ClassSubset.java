package longtail.dataset;

import java.util.Arrays;
import java.util.stream.IntStream;

/** Chooses a number of images of each class. */
public final class ClassSubset {
  private ClassSubset() {}

  /**
   * The chosen images, class by class in the order they were drawn.
   *
   * @param labels class of each image, in the order of the file
   * @param wanted images to keep of each class; of a smaller class all are kept
   * @return positions in {@code labels}
   */
  public static int[] inDrawOrder(int[] labels, ClassCounts wanted, ClassDraw draw) {
    int[][] members = members(labels, wanted.classes());
    return IntStream.range(0, members.length)
        .flatMap(
            c -> {
              int[] of = members[c];
              int number = Math.min(wanted.count(c), of.length);
              return Arrays.stream(draw.draw(c, of.length, number)).map(i -> of[i]);
            })
        .toArray();
  }

  /** As {@link #inDrawOrder}, but in the order of the file. */
  public static int[] inFileOrder(int[] labels, ClassCounts wanted, ClassDraw draw) {
    int[] chosen = inDrawOrder(labels, wanted, draw);
    Arrays.sort(chosen);
    return chosen;
  }

  /** Positions of the images of each class, ascending. */
  private static int[][] members(int[] labels, int classes) {
    int[] counts = ClassCounts.ofLabels(labels, classes).toArray();
    int[][] members = new int[classes][];
    Arrays.setAll(members, c -> new int[counts[c]]);
    for (int i = labels.length - 1; i >= 0; i--) {
      members[labels[i]][--counts[labels[i]]] = i;
    }
    return members;
  }
}

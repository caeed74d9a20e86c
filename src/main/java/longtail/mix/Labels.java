package longtail.mix;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * One label for each sample of a batch.
 *
 * @param classes {@code [batch]}
 * @param rows row of the labelled image in its dataset; it names random draws of losses
 */
@SuppressWarnings("ArrayRecordComponent") // handed on in every step; nobody compares or keeps it
public record Labels(int[] classes, int[] rows) {
  /** Labels whose rows are their positions. */
  public static Labels of(int... classes) {
    return new Labels(classes, IntStream.range(0, classes.length).toArray());
  }

  /** The labels of the samples at {@code positions}. */
  Labels at(int[] positions) {
    return new Labels(
        Arrays.stream(positions).map(i -> classes[i]).toArray(),
        Arrays.stream(positions).map(i -> rows[i]).toArray());
  }

  /** These labels and then {@code more}. */
  Labels and(Labels more) {
    return new Labels(
        IntStream.concat(Arrays.stream(classes), Arrays.stream(more.classes)).toArray(),
        IntStream.concat(Arrays.stream(rows), Arrays.stream(more.rows)).toArray());
  }

  int size() {
    return classes.length;
  }
}

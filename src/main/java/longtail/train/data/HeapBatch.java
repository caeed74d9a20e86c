package longtail.train.data;

import java.util.List;
import java.util.stream.IntStream;
import longtail.train.experiment.Cursor;

/**
 * The batches of a step in the Java heap; the pixels are re-used for a later step.
 *
 * @param cursor the step
 * @param pixels images of all parts
 * @param parts the stage's own batch, then those of the further streams
 */
@SuppressWarnings("ArrayRecordComponent") // handed on in every step; nobody compares or keeps it
public record HeapBatch(Cursor cursor, float[] pixels, List<Part> parts) {
  /**
   * One batch.
   *
   * @param labels class of each image
   * @param rows row of each image
   * @param places place of each image among those of all workers
   * @param offsets index of the first pixel of each view
   * @param used whether the step uses it; else it is empty for all workers
   */
  @SuppressWarnings("ArrayRecordComponent") // as above
  public record Part(int[] labels, int[] rows, long[] places, int[] offsets, boolean used) {
    public int size() {
      return labels.length;
    }
  }

  static HeapBatch of(Cursor cursor, float[] pixels, List<BatchSource.Part> parts) {
    return new HeapBatch(
        cursor,
        pixels,
        parts.stream()
            .map(
                part ->
                    new Part(
                        part.labels(),
                        part.rows(),
                        part.places(),
                        IntStream.range(0, part.views()).map(part::offset).toArray(),
                        part.used()))
            .toList());
  }

  /** Images of the stage's own batch. */
  public int size() {
    return parts.get(0).size();
  }
}

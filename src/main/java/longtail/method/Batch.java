package longtail.method;

import java.util.List;
import java.util.stream.LongStream;
import longtail.mix.ImageBatch;
import longtail.mix.MixedBatch;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The images of one step on one worker.
 *
 * @param views normalised images, {@code [batch, height, width, 3]} each, augmented independently
 *     of one another; one view unless the method asked for more. Owned by whoever made them
 * @param labels class of each image
 * @param rows row of each image in its dataset
 * @param places place of each image among those of all workers in the step: names its random
 *     numbers, whoever has it
 */
@SuppressWarnings("ArrayRecordComponent") // handed on in every step; nobody compares or keeps it
public record Batch(List<INDArray> views, int[] labels, int[] rows, long[] places) {
  /** All images of a step. */
  public Batch(List<INDArray> views, int[] labels, int[] rows) {
    this(views, labels, rows, LongStream.range(0, labels.length).toArray());
  }

  /** All images of a step, in one view. */
  public Batch(INDArray images, int[] labels, int[] rows) {
    this(List.of(images), labels, rows);
  }

  /** The first view, {@code [batch, height, width, 3]}. */
  public INDArray images() {
    return views.get(0);
  }

  /** The first view with its labels. */
  public ImageBatch samples() {
    return new ImageBatch(images(), labels, rows);
  }

  /**
   * How many images have their largest logit at their label; a tie counts for the first class.
   *
   * @param logits {@code [batch, classes]}
   */
  public double correct(INDArray logits) {
    return MixedBatch.unmixed(samples()).labels().correct(logits);
  }

  /** Number of images. */
  public int size() {
    return labels.length;
  }
}

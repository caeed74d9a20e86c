package longtail.method;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The images of one step on one worker.
 *
 * @param images normalised images, {@code [batch, height, width, 3]}; owned by whoever made it
 * @param labels class of each image
 * @param rows row of each image in the dataset
 */
@SuppressWarnings("ArrayRecordComponent") // handed on in every step; nobody compares or keeps it
public record Batch(INDArray images, int[] labels, int[] rows) {
  /** Number of images. */
  public int size() {
    return labels.length;
  }
}

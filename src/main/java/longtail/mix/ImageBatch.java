package longtail.mix;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Images with one label each.
 *
 * @param images {@code [batch, height, width, 3]} in C order, float32 or float64
 * @param labels class of each image
 * @param rows row of each image in its dataset
 */
@SuppressWarnings("ArrayRecordComponent") // handed on in every step; nobody compares or keeps it
public record ImageBatch(INDArray images, int[] labels, int[] rows) {
  /** Number of images. */
  public int size() {
    return labels.length;
  }

  /** The labels without the images. */
  Labels withoutImages() {
    return new Labels(labels, rows);
  }
}

package longtail.loss;

import org.nd4j.linalg.api.concurrency.AffinityManager.Location;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The array that a loss writes its gradient to, kept from batch to batch. */
final class GradientBuffer {
  private INDArray array = Nd4j.empty();

  /** Rows to write the gradient with respect to {@code input} to. */
  Rows rowsLike(INDArray input) {
    if (array.dataType() != input.dataType() || !array.equalShapes(input)) {
      // detached, for it outlives the workspace that the caller may have opened
      array = Nd4j.createUninitializedDetached(input.dataType(), input.shape());
    }
    return Rows.of(array);
  }

  /** The array, after its rows have been written. */
  INDArray written() {
    Nd4j.getAffinityManager().tagLocation(array, Location.HOST);
    return array;
  }
}

package longtail.statistics;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** An array that is kept from step to step and made anew when its shape changes. */
final class Buffer {
  private INDArray array = Nd4j.empty();

  /** The array with the shape and type of {@code other}; its content is whatever was there. */
  INDArray like(INDArray other) {
    if (array.dataType() != other.dataType() || !Arrays.equals(array.shape(), other.shape())) {
      // detached, for it outlives the workspace that the caller may have opened
      array = Nd4j.createUninitializedDetached(other.dataType(), other.shape());
    }
    return array;
  }
}

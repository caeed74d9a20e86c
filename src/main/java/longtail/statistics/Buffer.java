package longtail.statistics;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** An array that is kept from step to step and made anew when its shape changes. */
final class Buffer {
  private INDArray array = Nd4j.empty();

  /** The array with the shape and type of {@code other}; its content is whatever was there. */
  INDArray like(INDArray other) {
    return of(other.dataType(), other.shape());
  }

  /** The array with this type and shape; its content is whatever was there. */
  INDArray of(DataType type, long... shape) {
    if (array.dataType() != type || !Arrays.equals(array.shape(), shape)) {
      // detached, for it outlives the workspace that the caller may have opened
      array = Nd4j.createUninitializedDetached(type, shape);
    }
    return array;
  }
}

package longtail.nn.kernel;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Arrays that kernels keep for themselves, outside of any workspace. */
final class Scratch {
  private Scratch() {}

  static INDArray array(DataType type, long... shape) {
    return Nd4j.createUninitializedDetached(type, shape);
  }

  static INDArray ones(DataType type, long... shape) {
    return array(type, shape).assign(1);
  }

  /** Frees {@code array} unless it is null or freed already. */
  static void release(INDArray array) {
    if (array != null && array.closeable()) {
      array.close();
    }
  }
}

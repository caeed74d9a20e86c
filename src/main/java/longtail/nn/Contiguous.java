package longtail.nn;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;

/** Arrays as kernels want them. */
final class Contiguous {
  private Contiguous() {}

  /** {@code array} if its elements lie in C order without gaps, else a copy where they do. */
  static INDArray of(INDArray array) {
    return Shape.hasDefaultStridesForShape(array) && array.ordering() == 'c'
        ? array
        : array.dup('c');
  }
}

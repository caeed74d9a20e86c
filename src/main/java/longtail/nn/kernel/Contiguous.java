package longtail.nn.kernel;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;

/** Arrays as kernels want them. */
public final class Contiguous {
  private Contiguous() {}

  /** {@code array} if its elements lie in C order without gaps, else a copy where they do. */
  public static INDArray of(INDArray array) {
    return Shape.hasDefaultStridesForShape(array) && array.ordering() == 'c'
        ? array
        : array.dup('c');
  }

  /** The same with elements of {@code type}. */
  public static INDArray of(INDArray array, DataType type) {
    return of(array.dataType() == type ? array : array.castTo(type));
  }

  /**
   * The same for an argument that must have {@code shape}.
   *
   * @throws IllegalArgumentException if it has another, calling it {@code name}
   */
  public static INDArray of(String name, INDArray array, DataType type, long... shape) {
    if (!Arrays.equals(array.shape(), shape)) {
      throw new IllegalArgumentException(
          "the %s must be %s, was %s"
              .formatted(name, Arrays.toString(shape), Arrays.toString(array.shape())));
    }
    return of(array, type);
  }
}

package longtail.nn;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Of what type the arrays of a pass are, and how they lie in memory of one type.
 *
 * @param type of parameters, and of all values but feature maps; that of the memory
 * @param maps of feature maps
 */
record ElementTypes(DataType type, DataType maps) {
  private static final int MAP_RANK = 4;

  private DataType of(long... shape) {
    return shape.length == MAP_RANK ? maps : type;
  }

  private static long length(long... shape) {
    return Arrays.stream(shape).reduce(1, Math::multiplyExact);
  }

  /** Elements of the memory that an array of {@code shape} takes. */
  long lengthInMemory(long... shape) {
    long bytes = length(shape) * of(shape).width();
    return (bytes + type.width() - 1) / type.width();
  }

  /** The array of {@code shape} that lies in {@code memory} from {@code offset} on. */
  INDArray array(INDArray memory, long offset, long... shape) {
    INDArray place = memory.get(NDArrayIndex.interval(offset, offset + lengthInMemory(shape)));
    return of(shape) == type ? place.reshape('c', shape) : overlay(place, shape);
  }

  /** The memory of {@code place} as a map of another type. */
  private INDArray overlay(INDArray place, long... shape) {
    return Nd4j.create(
        Nd4j.createBuffer(place.data().addressPointer(), length(shape), maps), shape);
  }
}

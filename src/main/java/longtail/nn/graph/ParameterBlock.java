package longtail.nn.graph;

import java.util.Arrays;
import java.util.Objects;
import longtail.nn.layer.Role;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A named tensor inside the flat parameter vector.
 *
 * @param name name in the papers' checkpoints, such as {@code layer1.0.conv1.weight}
 * @param offset position of the first element in the flat vector
 * @param shape shape of the tensor, stored in C order
 * @param role what the numbers are
 */
public record ParameterBlock(String name, long offset, long[] shape, Role role) {
  /** Keeps its own copy of {@code shape}. */
  public ParameterBlock {
    shape = shape.clone();
  }

  /** Shape of the tensor, a copy. */
  @Override
  public long[] shape() {
    return shape.clone();
  }

  /** Number of elements. */
  public long length() {
    long product = 1;
    for (long extent : shape) {
      product *= extent;
    }
    return product;
  }

  /** Its numbers in {@code flat}, a vector laid out as the parameters: a view in its shape. */
  public INDArray in(INDArray flat) {
    return flat.get(NDArrayIndex.interval(offset, offset + length())).reshape('c', shape);
  }

  /** Whether an optimiser may change the block. */
  public boolean trainable() {
    return role.trainable();
  }

  /** Whether the block belongs to the classifier. */
  public boolean head() {
    return role.head();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ParameterBlock that
        && name.equals(that.name)
        && offset == that.offset
        && Arrays.equals(shape, that.shape)
        && role == that.role;
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, offset, Arrays.hashCode(shape), role);
  }
}

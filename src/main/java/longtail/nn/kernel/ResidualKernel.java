package longtail.nn.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;

/** {@code y = max(0, a + b)}. */
public interface ResidualKernel extends Kernel {
  /** Computes {@code y}, which may be {@code a}. */
  void forward(INDArray a, INDArray b, INDArray y);

  /** The gradient of {@code a}, which is also that of {@code b}; it may go to {@code gradY}. */
  void backward(INDArray y, INDArray gradY, INDArray gradSum);

  /** Derivative of {@code y} while {@code a} and {@code b} move. */
  void tangent(INDArray y, INDArray tangentA, INDArray tangentB, INDArray tangentY);
}

package longtail.nn.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;

/** {@code y = x weightᵀ + bias} with weights {@code [out, in]}. */
public interface LinearKernel extends Kernel {
  /** Computes {@code y}, {@code [batch, out]}. */
  void forward(INDArray x, INDArray weight, INDArray bias, INDArray y);

  /**
   * Derivative of {@code y} while input, weight and bias move.
   *
   * @param tangentX null for zero
   */
  void tangent(
      INDArray x,
      INDArray tangentX,
      INDArray weight,
      INDArray tangentWeight,
      INDArray tangentBias,
      INDArray tangentY);

  /** The gradient of {@code x}. */
  void backwardData(INDArray weight, INDArray gradY, INDArray gradX);

  /** The gradients of weight and bias. */
  void backwardWeight(INDArray x, INDArray gradY, INDArray gradWeight, INDArray gradBias);
}

package longtail.nn.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;

/** A convolution; weights are {@code [out, in / groups, window, window]}. */
public interface ConvolutionKernel extends Kernel {
  /** {@code y = x * weight}. */
  void forward(INDArray x, INDArray weight, INDArray y);

  /** Gradient of the input from that of the output. */
  void backwardData(INDArray x, INDArray weight, INDArray gradY, INDArray gradX);

  /** Gradient of the weight from that of the output. */
  void backwardWeight(INDArray x, INDArray weight, INDArray gradY, INDArray gradWeight);

  /**
   * Derivative of the output while input and weight move: {@code x * tangentWeight + tangentX *
   * weight}.
   *
   * @param tangentX null for zero
   */
  void tangent(
      INDArray x, INDArray tangentX, INDArray weight, INDArray tangentWeight, INDArray tangentY);

  /** Both gradients. */
  default void backward(
      INDArray x, INDArray weight, INDArray gradY, INDArray gradX, INDArray gradWeight) {
    backwardData(x, weight, gradY, gradX);
    backwardWeight(x, weight, gradY, gradWeight);
  }
}

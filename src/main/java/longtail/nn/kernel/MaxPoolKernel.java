package longtail.nn.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;

/** The largest value of every window; the gradient goes to where it was found. */
public interface MaxPoolKernel extends Kernel {
  /** Computes {@code y}. */
  void forward(INDArray x, INDArray y);

  /** The gradient of {@code x}, the input of the last forward pass. */
  void backward(INDArray x, INDArray gradY, INDArray gradX);

  /** Derivative of the output while {@code x}, the input of the last forward pass, moves. */
  void tangent(INDArray x, INDArray tangentX, INDArray tangentY);
}

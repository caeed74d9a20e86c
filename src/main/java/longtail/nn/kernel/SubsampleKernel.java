package longtail.nn.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Every second row and column of {@code x}, its channels in the middle of those of {@code y} with
 * zeros before and after.
 */
public interface SubsampleKernel extends Kernel {
  /** Computes {@code y}. */
  void forward(INDArray x, INDArray y);

  /** The gradient of {@code x}. */
  void backward(INDArray gradY, INDArray gradX);
}

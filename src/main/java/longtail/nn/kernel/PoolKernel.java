package longtail.nn.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;

/** The mean of a feature map over its positions, {@code [batch, channels]}. */
public interface PoolKernel extends Kernel {
  /** Computes {@code y}. */
  void forward(INDArray x, INDArray y);

  /** The gradient of {@code x}. */
  void backward(INDArray gradY, INDArray gradX);
}

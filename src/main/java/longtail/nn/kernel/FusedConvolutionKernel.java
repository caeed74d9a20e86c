package longtail.nn.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A convolution with constant weights and a bias, and its {@link Epilogue}, in one pass over the
 * maps.
 */
public interface FusedConvolutionKernel extends Kernel {
  /**
   * From now on computes with these numbers of the host, whatever the memory of the set, of which
   * the kernel keeps a copy in its own layout.
   *
   * @param weight {@code [out, in / groups, window, window]}
   * @param bias {@code [out]}
   */
  void load(INDArray weight, INDArray bias);

  /** Computes {@code y}, which holds what is added before, if something is. */
  void forward(INDArray x, INDArray y);
}

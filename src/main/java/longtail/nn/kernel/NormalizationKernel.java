package longtail.nn.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;

/** {@code y = scale (x - mean) / sqrt(variance + epsilon) + shift} per channel, then rectified. */
public interface NormalizationKernel extends Kernel {
  /**
   * Computes {@code y}; writes {@code moments} if they are the batch's, else reads them.
   *
   * @param y may be {@code x} if no backward pass follows
   */
  void forward(INDArray x, ScaleAndShift affine, Moments moments, INDArray y);

  /** Positions that the last forward pass took mean and variance of, over all workers. */
  long positions();

  /**
   * Gradients of the input, the scale and the shift, with the arrays of the last forward pass.
   * Those of scale and shift are this worker's alone; that of the input knows all workers.
   *
   * @param gradX may be {@code gradY}
   */
  void backward(
      INDArray x,
      INDArray y,
      ScaleAndShift affine,
      Moments moments,
      INDArray gradY,
      INDArray gradX,
      ScaleAndShift gradAffine);

  /**
   * Derivative of the output while input, scale and shift move, and with the input the moments if
   * they are the batch's; with the arrays of the last forward pass, which a backward pass may still
   * follow.
   *
   * @param tangentX null for zero
   * @param tangentY must not be {@code tangentX}
   */
  void tangent(
      INDArray x,
      INDArray y,
      ScaleAndShift affine,
      Moments moments,
      INDArray tangentX,
      ScaleAndShift tangentAffine,
      INDArray tangentY);
}

package longtail.nn;

import org.nd4j.linalg.api.ndarray.INDArray;

/** The computation of one vertex for inputs of fixed shapes, on arrays that the caller owns. */
interface Operation extends AutoCloseable {
  /** Computes {@code output}. */
  void forward(INDArray[] inputs, INDArray output);

  /**
   * Computes the gradients of the parameters, into their views of the flat gradient, and of the
   * inputs, with the arrays of the last forward pass as far as the operator keeps them.
   *
   * @param gradInputs one array per input, null where nobody wants it; the inputs of a sum may
   *     share one
   */
  void backward(INDArray[] inputs, INDArray output, INDArray gradOutput, INDArray[] gradInputs);

  @Override
  void close();
}

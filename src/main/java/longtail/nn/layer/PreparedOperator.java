package longtail.nn.layer;

import org.nd4j.linalg.api.ndarray.INDArray;

/** The computation of one vertex for inputs of fixed shapes, on arrays that the caller owns. */
public interface PreparedOperator extends AutoCloseable {
  /**
   * Takes over the parameters as they are now, if the operator computes with something made of them
   * beforehand; call it before the first forward pass and whenever they have changed.
   */
  default void takeParameters() {}

  /** Computes {@code output}, which may be the first input of an operator that overwrites it. */
  void forward(INDArray[] inputs, INDArray output);

  /**
   * Computes the output of the last forward pass again, to the same bits, and changes nothing else.
   */
  default void repeat(INDArray[] inputs, INDArray output) {
    forward(inputs, output);
  }

  /**
   * Computes the gradients of the parameters, into their views of the flat gradient, and of the
   * inputs, with the arrays of the last forward pass as far as the operator keeps them.
   *
   * @param gradInputs one array per input, null where nobody wants it; the inputs of a sum may
   *     share one, and that of an operator that overwrites gradients may be {@code gradOutput}
   */
  void backward(INDArray[] inputs, INDArray output, INDArray gradOutput, INDArray[] gradInputs);

  /**
   * Computes the derivative of the output while the parameters move along the direction in use and
   * the inputs along {@code tangents}, with the arrays of the last forward pass as far as a
   * backward pass keeps them; leaves what a backward pass needs as it is.
   *
   * <p>Layers that the logits never depend on need none.
   *
   * @param tangents one array per input, null for zero; not all null unless there are parameters
   */
  default void tangent(
      INDArray[] inputs, INDArray[] tangents, INDArray output, INDArray tangentOutput) {
    throw new UnsupportedOperationException("this layer has no forward-mode derivative");
  }

  @Override
  void close();
}

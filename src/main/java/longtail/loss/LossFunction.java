package longtail.loss;

import org.nd4j.linalg.api.ndarray.INDArray;

/** A loss bound to a training set: value and gradient of a batch. */
@FunctionalInterface
public interface LossFunction {

  /**
   * Computes the loss of a batch and its gradient.
   *
   * @param logits {@code [batch, classes]}, float32 or float64; left unchanged
   * @param labels {@code [batch]}, each in {@code [0, classes)}
   * @return the value and the gradient in the type of {@code logits}; the gradient is valid until
   *     the next call of this function
   */
  LossValue evaluate(INDArray logits, int[] labels);
}

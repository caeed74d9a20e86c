package longtail.loss;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A loss bound to a training set: value and gradient of a batch.
 *
 * <p>When several workers share a step, each evaluates its own part of the batch: a weighted mean
 * is then that of the worker's own samples. With {@link LossValue#divisor} such means become that
 * over all samples.
 */
@FunctionalInterface
public interface LossFunction {

  /**
   * Computes the loss of a batch and its gradient; the batch is left unchanged.
   *
   * @return the value and the gradient in the type of the logits; the gradient is valid until the
   *     next call of this function
   * @throws IllegalArgumentException if the loss needs features and the batch has none
   */
  LossValue evaluate(LossBatch batch);

  /**
   * The loss of logits alone.
   *
   * @param logits {@code [batch, classes]}, float32 or float64; left unchanged
   * @param labels {@code [batch]}, each in {@code [0, classes)}
   */
  default LossValue evaluate(INDArray logits, int[] labels) {
    return evaluate(LossBatch.of(logits, labels));
  }

  /**
   * Tells which epoch of the stage, counted from 0, the next batches belong to; a loss that changes
   * in the course of training follows it. The first epoch needs no call.
   */
  default void epoch(int epoch) {}
}

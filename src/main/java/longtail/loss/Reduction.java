package longtail.loss;

/**
 * How the losses of the samples of a batch become one value. The unreduced losses are always at
 * hand as {@link LossValue#samples}; their gradient is that of the sum.
 */
public enum Reduction {
  /** The mean over the batch. */
  MEAN,
  /** The sum over the batch. */
  SUM;

  /** What each sample's loss is multiplied by. */
  double weight(int batch) {
    return this == MEAN ? 1.0 / batch : 1.0;
  }
}

package longtail.loss;

/**
 * How the losses of the samples of a batch become one value. The unreduced losses are always at
 * hand as {@link LossValue#samples}; their gradient is that of the sum.
 */
public enum Reduction {
  /** The mean over the batch. */
  MEAN,
  /** The sum over the batch. */
  SUM
}

package longtail.nn.layer;

/** What a forward pass does with batch statistics and whether a backward pass may follow. */
public enum Mode {
  /** Batch statistics; the running ones move towards them; a backward pass may follow. */
  TRAIN,
  /** Batch statistics; the running ones stay as they are; a backward pass may follow. */
  BATCH_STATISTICS,
  /** Running statistics; a backward pass may follow. */
  RUNNING_STATISTICS,
  /** Running statistics, nothing kept for a backward pass: the least memory and time. */
  EVAL
}

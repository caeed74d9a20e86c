package longtail.nn;

/** Which statistics the batch normalisations of a frozen backbone use in training. */
public enum FrozenNorm {
  /** Those of the batch, while the running ones keep moving: what the papers' code does. */
  BATCH,
  /** The running ones, unchanged: the backbone computes as in evaluation. */
  RUNNING
}

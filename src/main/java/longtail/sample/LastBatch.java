package longtail.sample;

/** What becomes of the images that do not fill the last batch of an epoch. */
public enum LastBatch {
  /** They are left out; a shuffled epoch leaves out others each time. */
  DROP,
  /** They make a smaller batch. */
  KEEP
}

package longtail.sample;

/**
 * How an epoch is cut into global steps.
 *
 * @param batchSize images of one step, over all workers; at least 1
 * @param lastBatch what becomes of an incomplete last batch
 */
public record Batching(int batchSize, LastBatch lastBatch) {
  /** Refuses an empty batch. */
  public Batching {
    if (batchSize < 1) {
      throw new IllegalArgumentException("batch-size must be at least 1, was " + batchSize);
    }
  }

  /** Steps of an epoch over {@code images} images. */
  public int steps(int images) {
    int full = images / batchSize;
    return lastBatch == LastBatch.KEEP && images % batchSize > 0 ? full + 1 : full;
  }

  /** Images drawn before step {@code step} of an epoch over {@code images} images. */
  int drawnBefore(int step, int images) {
    return (int) Math.min((long) step * batchSize, images);
  }
}

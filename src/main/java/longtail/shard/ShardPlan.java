package longtail.shard;

import java.util.Arrays;
import java.util.stream.IntStream;
import longtail.RandomStreams;

/**
 * Which image goes to which shard, and in which order: every class is dealt round-robin over the
 * shards, each class beginning where the one before ended. So a shard is a miniature of the
 * dataset: the shards differ by at most one image of each class, and by at most one image in all.
 */
public final class ShardPlan {
  private static final long DEAL = 0;
  private static final long ORDER = 1;

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
    if (shards < 1 || shards > labels.length) {
      throw new IllegalArgumentException(
          "the number of shards must be from 1 to the number of images "
              + labels.length
              + ", was "
              + shards);
    }
    int classes = Arrays.stream(labels).max().orElseThrow() + 1;
    int[] dealt = dealingOrder(labels, classes, seed);
    int[][] positions = new int[shards][];
    for (int s = 0; s < shards; s++) {
      int shard = s;
      positions[s] =
          IntStream.iterate(shard, i -> i < dealt.length, i -> i + shards)
              .map(i -> dealt[i])
              .toArray();
      RandomStreams.shuffle(positions[s], RandomStreams.of(seed, ORDER, s));
    }
    return new ShardPlan(positions);
  }

  /** All images, class by class, shuffled within the class. */
  private static int[] dealingOrder(int[] labels, int classes, long seed) {
    int[] first = new int[classes + 1];
    for (int label : labels) {
      first[label + 1]++;
    }
    Arrays.parallelPrefix(first, Integer::sum);
    int[] next = first.clone();
    int[] order = new int[labels.length];
    for (int i = 0; i < labels.length; i++) {
      order[next[labels[i]]++] = i;
    }
    for (int c = 0; c < classes; c++) {
      int[] members = Arrays.copyOfRange(order, first[c], first[c + 1]);
      RandomStreams.shuffle(members, RandomStreams.of(seed, DEAL, c));
      System.arraycopy(members, 0, order, first[c], members.length);
    }
    return order;
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

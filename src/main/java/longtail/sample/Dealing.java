package longtail.sample;

import java.util.Arrays;

/** Deals the rows of a step, where they are drawn for all shards together. */
final class Dealing {
  private Dealing() {}

  /**
   * The rows of each shard. A row goes to the shard that holds it, as far as that shard's quota
   * reaches, and otherwise, as do rows of tail classes, to a shard with a free place.
   *
   * @param rows as many as step {@code step} has
   */
  static int[][] toShards(Population population, Quotas quotas, int step, int... rows) {
    int[][] dealt = new int[population.shards()][];
    Arrays.setAll(dealt, s -> new int[quotas.in(step, s)]);
    int[] filled = new int[dealt.length];
    int[] left = new int[rows.length];
    int toDeal = 0;
    for (int row : rows) {
      int owner = population.shard(row);
      if (!population.tail(population.label(row)) && filled[owner] < dealt[owner].length) {
        dealt[owner][filled[owner]++] = row;
      } else {
        left[toDeal++] = row;
      }
    }
    for (int s = 0, i = 0; s < dealt.length; s++) {
      while (filled[s] < dealt[s].length) {
        dealt[s][filled[s]++] = left[i++];
      }
    }
    return dealt;
  }
}

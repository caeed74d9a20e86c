package longtail.sample;

import java.util.Arrays;
import longtail.RandomStreams;

/** Every row once, each shard's in a random order. */
final class ShuffledRows implements StepRows {
  private final Population population;
  private final EpochStreams streams;
  private final Quotas quotas;
  private final int[][] permutations;

  ShuffledRows(Population population, EpochStreams streams, Quotas quotas) {
    this.population = population;
    this.streams = streams;
    this.quotas = quotas;
    permutations = new int[population.shards()][];
  }

  @Override
  public int[] rows(int step, int shard) {
    return Arrays.copyOfRange(
        permutation(shard), quotas.before(step, shard), quotas.before(step + 1, shard));
  }

  private int[] permutation(int shard) {
    if (permutations[shard] == null) {
      int[] rows = new int[population.shardSize(shard)];
      Arrays.setAll(rows, i -> population.firstRow(shard) + i);
      RandomStreams.shuffle(rows, streams.ofShard(shard));
      permutations[shard] = rows;
    }
    return permutations[shard];
  }
}

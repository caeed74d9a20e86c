package longtail.sample;

import java.util.Arrays;

/** How many images each shard contributes to each global step of an epoch. */
final class Quotas {
  // dealt[t][s]: draws of shard s before step t
  private final int[][] dealt;

  private Quotas(int[][] dealt) {
    this.dealt = dealt;
  }

  /** Deals the draws of an epoch over {@code images} images by the shards' {@code weights}. */
  static Quotas of(Batching batching, int images, double... weights) {
    Apportionment apportionment = new Apportionment(weights);
    int[][] dealt = new int[batching.steps(images) + 1][];
    for (int t = 0; t < dealt.length; t++) {
      dealt[t] = apportionment.dealUpTo(batching.drawnBefore(t, images));
    }
    return new Quotas(dealt);
  }

  int steps() {
    return dealt.length - 1;
  }

  /** Images of shard {@code shard} before step {@code step}, from 0 to the number of steps. */
  int before(int step, int shard) {
    return dealt[step][shard];
  }

  /** Images of shard {@code shard} in step {@code step}. */
  int in(int step, int shard) {
    return dealt[step + 1][shard] - dealt[step][shard];
  }

  /** Images of all shards before step {@code step}. */
  int before(int step) {
    return Arrays.stream(dealt[step]).sum();
  }
}

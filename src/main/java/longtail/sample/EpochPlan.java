package longtail.sample;

import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.RandomStreams;

/**
 * Which images each shard contributes to each global step of one epoch.
 *
 * <p>The plan is a function of the dataset, the sampler, the batch size and the epoch alone.
 * Workers share the shards among them, so the images of a global step do not depend on how many
 * workers there are. Each shard has a random stream of its own, from which any step can be read
 * without the steps before it.
 *
 * <p>With class probabilities {@code p_c}, shard {@code s} of {@code S} draws class {@code c} with
 * weight {@code p_c n_cs / n_c}, or {@code p_c / S} if it is a tail class, and is dealt draws in
 * proportion to the sum of its weights. Then every image is drawn with probability {@code p_c /
 * n_c}.
 */
public final class EpochPlan {
  /** Sets the streams of this class apart from the program's other streams of the same seed. */
  private static final long STREAM = 0x53414D504C45L;

  private final Population population;
  private final Epoch epoch;
  private final ClassMixture[] mixtures;
  private final double[] probabilities;
  private final int[][] permutations;
  // dealt[t][s]: draws of shard s before step t
  private final int[][] dealt;

  private EpochPlan(Population population, Epoch epoch, double[] probabilities, int[][] dealt) {
    this.population = population;
    this.epoch = epoch;
    this.probabilities = probabilities;
    this.dealt = dealt;
    this.mixtures = new ClassMixture[population.shards()];
    this.permutations = new int[population.shards()][];
  }

  /**
   * The plan of {@code epoch} over {@code population}.
   *
   * @throws LongTailException (CONFIG) when the epoch would have no step
   */
  public static EpochPlan of(
      Population population, Sampler sampler, Batching batching, Epoch epoch) {
    int steps = batching.steps(population.size());
    if (steps == 0) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "cannot plan an epoch of batches of %d images over a dataset of %d: choose a smaller batch-size, or last-batch: keep"
              .formatted(batching.batchSize(), population.size()));
    }
    Optional<double[]> probabilities =
        sampler.classProbabilities(population.counts(), epoch.epoch(), epoch.epochs());
    Apportionment apportionment =
        new Apportionment(
            probabilities
                .map(p -> ClassMixture.shardWeights(population, p))
                .orElseGet(() -> shardSizes(population)));
    int[][] dealt = new int[steps + 1][];
    for (int t = 0; t <= steps; t++) {
      dealt[t] = apportionment.dealUpTo(batching.drawnBefore(t, population.size()));
    }
    return new EpochPlan(population, epoch, probabilities.orElse(null), dealt);
  }

  /** Number of global steps. */
  public int steps() {
    return dealt.length - 1;
  }

  /** How many images shard {@code shard} contributes to step {@code step}. */
  public int quota(int step, int shard) {
    return dealt[step + 1][shard] - dealt[step][shard];
  }

  /** The rows that shard {@code shard} contributes to step {@code step}, in order. */
  public int[] rows(int step, int shard) {
    int from = dealt[step][shard];
    int to = dealt[step + 1][shard];
    if (from == to) {
      return new int[0];
    }
    if (probabilities == null) {
      return Arrays.copyOfRange(permutation(shard), from, to);
    }
    ClassMixture mixture = mixture(shard);
    int[] rows = new int[to - from];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = mixture.draw(stream(shard, from + i));
    }
    return rows;
  }

  private int[] permutation(int shard) {
    if (permutations[shard] == null) {
      int[] rows = new int[population.shardSize(shard)];
      Arrays.setAll(rows, i -> population.firstRow(shard) + i);
      RandomStreams.shuffle(rows, stream(shard));
      permutations[shard] = rows;
    }
    return permutations[shard];
  }

  private ClassMixture mixture(int shard) {
    if (mixtures[shard] == null) {
      mixtures[shard] = ClassMixture.of(population, shard, probabilities);
    }
    return mixtures[shard];
  }

  private SplittableRandom stream(int shard) {
    return RandomStreams.of(epoch.seed(), STREAM, epoch.stage(), epoch.epoch(), shard);
  }

  private SplittableRandom stream(int shard, int position) {
    return RandomStreams.of(epoch.seed(), STREAM, epoch.stage(), epoch.epoch(), shard, position);
  }

  private static double[] shardSizes(Population population) {
    double[] sizes = new double[population.shards()];
    Arrays.setAll(sizes, population::shardSize);
    return sizes;
  }
}

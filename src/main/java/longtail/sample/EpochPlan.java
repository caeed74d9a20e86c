package longtail.sample;

import java.util.Arrays;
import java.util.Optional;
import longtail.ErrorCode;
import longtail.LongTailException;

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
 * n_c}. Generated images of a class count among its {@code n_c} here.
 *
 * <p>Class-aware sampling has one sequence of rows for all shards, see {@link ClassAwareSampler}:
 * there the quotas of the shards follow their sizes.
 */
public final class EpochPlan {
  private final Quotas quotas;
  private final StepRows rows;

  private EpochPlan(Quotas quotas, StepRows rows) {
    this.quotas = quotas;
    this.rows = rows;
  }

  /**
   * The plan of {@code epoch} over {@code population}.
   *
   * @throws LongTailException (CONFIG) when the epoch would have no step
   */
  public static EpochPlan of(
      Population population, Sampler sampler, Batching batching, Epoch epoch) {
    if (batching.steps(population.size()) == 0) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "cannot plan an epoch of batches of %d images over a dataset of %d: choose a smaller batch-size, or last-batch: keep"
              .formatted(batching.batchSize(), population.size()));
    }
    EpochStreams streams = new EpochStreams(epoch);
    Sampler inForce = sampler.inForce(epoch.epoch());
    Optional<double[]> probabilities =
        inForce.classProbabilities(population.counts(), epoch.epoch(), epoch.epochs());
    if (probabilities.isEmpty()) {
      Quotas quotas = Quotas.of(batching, population.size(), shardSizes(population));
      return new EpochPlan(quotas, new ShuffledRows(population, streams, quotas));
    }
    if (inForce instanceof ClassAwareSampler classAware) {
      Quotas quotas = Quotas.of(batching, population.size(), shardSizes(population));
      return new EpochPlan(
          quotas, new CycledRows(population, classAware.perClass(), streams, quotas));
    }
    double[] weights = ClassMixture.shardWeights(population, probabilities.get());
    Quotas quotas = Quotas.of(batching, population.size(), weights);
    return new EpochPlan(
        quotas, new IndependentRows(population, probabilities.get(), streams, quotas));
  }

  /** Number of global steps. */
  public int steps() {
    return quotas.steps();
  }

  /** How many images shard {@code shard} contributes to step {@code step}. */
  public int quota(int step, int shard) {
    return quotas.in(step, shard);
  }

  /** The rows that shard {@code shard} contributes to step {@code step}, in order. */
  public int[] rows(int step, int shard) {
    return rows.rows(step, shard);
  }

  private static double[] shardSizes(Population population) {
    double[] sizes = new double[population.shards()];
    Arrays.setAll(sizes, population::shardSize);
    return sizes;
  }
}

package longtail.sample;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The rows of an epoch whose class probabilities are learnt on the way, and so known step by step.
 *
 * <p>Every draw has a random stream of its own, so a step's rows are a function of the epoch, the
 * step and the draws' weights alone. The quotas of the shards follow their sizes; which row goes to
 * which shard is that of {@link Dealing}. Workers with the same weights draw the same rows.
 */
public final class LearntDraws {
  private static final int ALL_SHARDS = -1;

  private final Population population;
  private final EpochStreams streams;
  private final Quotas quotas;

  private LearntDraws(Population population, EpochStreams streams, Quotas quotas) {
    this.population = population;
    this.streams = streams;
    this.quotas = quotas;
  }

  /** The draws of {@code epoch} from {@code population}. */
  public static LearntDraws of(Population population, Batching batching, Epoch epoch) {
    double[] sizes = new double[population.shards()];
    Arrays.setAll(sizes, population::shardSize);
    return new LearntDraws(
        population, new EpochStreams(epoch), Quotas.of(batching, population.size(), sizes));
  }

  /**
   * The rows that each shard contributes to step {@code step}, in order.
   *
   * @param draw how each is drawn
   */
  public int[][] rows(int step, RowDraw draw) {
    int before = quotas.before(step);
    int[] rows = new int[quotas.before(step + 1) - before];
    for (int i = 0; i < rows.length; i++) {
      SplittableRandom random = streams.ofDraw(ALL_SHARDS, before + i);
      rows[i] = draw.row(population, random);
    }
    return Dealing.toShards(population, quotas, step, rows);
  }
}

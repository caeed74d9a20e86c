package longtail.sample;

import java.util.Arrays;
import longtail.RandomStreams;

/**
 * The rows of class-aware sampling. Which rows a step has does not depend on the shards, see {@link
 * Dealing}.
 */
final class CycledRows implements StepRows {
  private final Population population;
  private final ClassCycles cycles;
  private final int epoch;
  private final Quotas quotas;
  private int lastStep = -1;
  private int[][] ofLastStep;

  CycledRows(Population population, int perClass, EpochStreams streams, Quotas quotas) {
    this.population = population;
    this.epoch = streams.epoch().epoch();
    this.quotas = quotas;
    cycles =
        ClassCycles.of(
            population,
            perClass,
            (items, list, pass) -> {
              RandomStreams.shuffle(items, streams.ofPass(list, pass));
              return items;
            });
  }

  @Override
  public int[] rows(int step, int shard) {
    if (step != lastStep) {
      ofLastStep = Dealing.toShards(population, quotas, step, drawn(step));
      lastStep = step;
    }
    return ofLastStep[shard].clone();
  }

  private int[] drawn(int step) {
    int before = quotas.before(step);
    int[] rows = new int[quotas.before(step + 1) - before];
    Arrays.setAll(rows, i -> cycles.row(epoch, quotas.before(quotas.steps()), before + i));
    return rows;
  }
}

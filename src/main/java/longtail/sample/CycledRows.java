package longtail.sample;

import java.util.Arrays;
import longtail.RandomStreams;

/**
 * The rows of class-aware sampling. Which rows a step has does not depend on the shards; a row goes
 * to the shard that holds it, as far as that shard's quota reaches, and otherwise, as do rows of
 * tail classes, to a shard with a free place.
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
      ofLastStep = dealt(drawn(step), step);
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

  private int[][] dealt(int[] rows, int step) {
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

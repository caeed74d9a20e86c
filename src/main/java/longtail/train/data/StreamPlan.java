package longtail.train.data;

import longtail.RandomStreams;
import longtail.sample.BatchStream;
import longtail.sample.Batching;
import longtail.sample.Epoch;
import longtail.sample.EpochPlan;
import longtail.sample.LastBatch;
import longtail.sample.LearntDraws;
import longtail.sample.Population;
import longtail.sample.RowDraw;
import longtail.sample.Sampler;
import longtail.train.experiment.Stage;

/**
 * Which rows one stream of batches has at each step of a stage. Stream 0 is the stage's own; the
 * others follow in the order of the method.
 */
final class StreamPlan {
  /** Sets the draws of further streams apart from those of the stage's own. */
  private static final long STREAM = 0x53545245414DL;

  private final Population population;
  private final Sampler sampler;
  private final Batching batching;
  private final BatchStream.Order order;
  private final int stage;
  private final long seed;
  private final long stageSteps;
  private long planned = -1;
  private EpochPlan plan;
  private LearntDraws learnt;

  private StreamPlan(
      Population population,
      Sampler sampler,
      Batching batching,
      BatchStream.Order order,
      int stage,
      long seed,
      long stageSteps) {
    this.population = population;
    this.sampler = sampler;
    this.batching = batching;
    this.order = order;
    this.stage = stage;
    this.seed = seed;
    this.stageSteps = stageSteps;
  }

  /** The batches of {@code stage} itself, the {@code index}-th of the run. */
  static StreamPlan own(Stage stage, int index, long seed, Population population) {
    return new StreamPlan(
        population,
        stage.sampler(),
        stage.batching(),
        BatchStream.Order.PASSES,
        index,
        seed,
        (long) stage.epochs() * stage.batching().steps(population.size()));
  }

  /** The {@code number}-th further stream of a stage with {@code steps} steps, from 1. */
  static StreamPlan further(
      BatchStream stream,
      int number,
      Stage stage,
      int index,
      long seed,
      Population population,
      long steps) {
    int size = Math.min(stream.batchSize().orElse(stage.batchSize()), population.size());
    boolean beside = stream.source() == BatchStream.Source.TRAINING;
    return new StreamPlan(
        population,
        stream.sampler(),
        new Batching(size, beside ? stage.batching().lastBatch() : LastBatch.DROP),
        stream.order(),
        index,
        RandomStreams.of(seed, STREAM, number).nextLong(),
        steps);
  }

  /** The rows of shard {@code shard} at step {@code step} of the stage, counted over its epochs. */
  int[] rows(long step, int shard) {
    int perPass = batching.steps(population.size());
    long pass =
        switch (order) {
          case PASSES -> step / perPass;
          case FRESH -> step;
          case FIXED -> 0;
        };
    if (pass != planned) {
      long passes =
          order == BatchStream.Order.PASSES ? (stageSteps + perPass - 1) / perPass : stageSteps;
      plan =
          EpochPlan.of(
              population,
              sampler,
              batching,
              new Epoch(seed, stage, Math.toIntExact(pass), Math.toIntExact(passes)));
      planned = pass;
    }
    return plan.rows(order == BatchStream.Order.PASSES ? (int) (step % perPass) : 0, shard);
  }

  /**
   * The rows of each shard at step {@code step} of the stage, drawn by {@code draw} instead of the
   * sampler.
   */
  int[][] rows(long step, RowDraw draw) {
    int perPass = batching.steps(population.size());
    if (step / perPass != planned) {
      planned = step / perPass;
      int passes = Math.toIntExact((stageSteps + perPass - 1) / perPass);
      Epoch epoch = new Epoch(seed, stage, Math.toIntExact(planned), passes);
      learnt = LearntDraws.of(population, batching, epoch);
    }
    return learnt.rows((int) (step % perPass), draw);
  }
}

package longtail.spark.round;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import longtail.nn.Network;
import longtail.shard.ShardedDataset;
import longtail.spark.round.SegmentMessages.FinishedRound;
import longtail.train.Counters;
import longtail.train.checkpoint.FlatVector;
import longtail.train.checkpoint.TrainingState;
import longtail.train.experiment.Experiment;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * What the first steps of an experiment took when its segments ran one after the other, without
 * evaluations and checkpoints.
 *
 * @param counters of all workers
 * @param rounds how many averagings there were
 * @param steps of the run
 * @param seconds by the driver's clock
 * @param driverSeconds of it outside the rounds
 */
public record TimedSegments(
    Counters counters, int rounds, int steps, double seconds, double driverSeconds) {
  /**
   * Trains for at least {@code steps} steps, after a segment that is not counted: it compiles the
   * passes and decodes the images.
   *
   * @param directory of {@code dataset}; all executors must see it
   * @param progress is told when an executor is lost
   */
  public static TimedSegments run(
      JavaSparkContext spark,
      Experiment experiment,
      String directory,
      ShardedDataset dataset,
      int workers,
      int steps,
      PrintStream progress) {
    Broadcast<SerializableConfiguration> hadoop =
        spark.broadcast(new SerializableConfiguration(spark.hadoopConfiguration()));
    ExecutorSetup setup = new ExecutorSetup(experiment.yaml(), directory, workers, hadoop);
    try (Network network = experiment.network(dataset);
        Segments segments =
            Segments.open(
                spark, "timed-" + UUID.randomUUID(), setup, experiment.averaging(), progress)) {
      FlatVector fresh = FlatVector.copyOf(network.memory().host(network.parameters()));
      TrainingState initial = TrainingState.initial(fresh);
      TrainingState warm = segment(segments, experiment, initial, new ArrayList<>());
      return timed(segments, experiment, warm, steps);
    } finally {
      hadoop.destroy();
    }
  }

  private static TimedSegments timed(
      Segments segments, Experiment experiment, TrainingState warm, int least) {
    List<FinishedRound> rounds = new ArrayList<>();
    TrainingState state = warm;
    int steps = 0;
    long start = System.nanoTime();
    while (steps < least) {
      int before = rounds.size();
      state = segment(segments, experiment, state, rounds);
      for (FinishedRound round : rounds.subList(before, rounds.size())) {
        steps += round.round().steps();
      }
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    double inRounds = rounds.stream().mapToLong(FinishedRound::nanos).sum() / 1e9;
    Counters all =
        rounds.stream().map(FinishedRound::counters).reduce(Counters.NONE, Counters::plus);
    return new TimedSegments(all, rounds.size(), steps, seconds, seconds - inRounds);
  }

  private static TrainingState segment(
      Segments segments, Experiment experiment, TrainingState state, List<FinishedRound> rounds) {
    return segments
        .run(
            state,
            experiment.stages().get(0).method(),
            Optional.empty(),
            (round, iteration) -> rounds.add(round))
        .state();
  }
}

package longtail.spark;

import java.util.Map;
import java.util.stream.IntStream;
import longtail.shard.ShardedDataset;
import longtail.train.FlatVector;
import longtail.train.TrainingState;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/** Scores a state of the run on the validation set, every worker on its share of the images. */
final class Validation {
  private final JavaSparkContext spark;
  private final String run;
  private final int workers;
  private final ExecutorSetup setup;
  private final ShardedDataset training;

  Validation(
      JavaSparkContext spark,
      String run,
      int workers,
      ExecutorSetup setup,
      ShardedDataset training) {
    this.spark = spark;
    this.run = run;
    this.workers = workers;
    this.setup = setup;
    this.training = training;
  }

  /** The figures of {@code state} on the dataset {@code validation}, by their keys. */
  Map<String, Double> score(TrainingState state, String validation) {
    Broadcast<FlatVector> parameters = spark.broadcast(state.parameters());
    // Only these travel with the tasks, not this object.
    String name = run;
    int parts = workers;
    ExecutorSetup from = setup;
    JavaRDD<Integer> shares = spark.parallelize(IntStream.range(0, parts).boxed().toList(), parts);
    Tally tally =
        Failures.unwrap(
            () ->
                shares
                    .map(part -> score(name, part, parts, from, validation, parameters))
                    .reduce(Tally::plus));
    parameters.destroy();
    return tally.metrics(training.counts(), training.shots());
  }

  private static Tally score(
      String run,
      int part,
      int parts,
      ExecutorSetup setup,
      String validation,
      Broadcast<FlatVector> parameters) {
    return Resident.call(
        new Resident.Seat(run, "scorer", part),
        () -> setup.scorer(validation),
        scorer -> scorer.score(parameters.value(), part, parts));
  }
}

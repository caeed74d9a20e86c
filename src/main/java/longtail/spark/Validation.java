package longtail.spark;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import longtail.dataset.Shots;
import longtail.eval.ClassResult;
import longtail.eval.Evaluation;
import longtail.eval.Predictions;
import longtail.nn.kernel.GraphicsDevice;
import longtail.shard.ShardedDataset;
import longtail.train.FlatVector;
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

  /**
   * The figures of a network with {@code model} as its parameters on the dataset {@code
   * validation}, by their keys.
   */
  Map<String, Double> score(FlatVector model, String validation) {
    Broadcast<FlatVector> parameters = spark.broadcast(model);
    // Only these travel with the tasks, not this object.
    String name = run;
    int count = workers;
    ExecutorSetup from = setup;
    JavaRDD<Integer> shares = spark.parallelize(IntStream.range(0, count).boxed().toList(), count);
    List<Predictions> parts =
        Failures.unwrap(
            () ->
                shares
                    .map(part -> score(name, part, count, from, validation, parameters))
                    .collect());
    parameters.destroy();
    Predictions all = Predictions.of(training.counts().classes());
    parts.forEach(all::addAll);
    return metrics(Evaluation.of(all, training.counts(), training.shots()));
  }

  /** By their keys in {@code evaluation.json}; a group without classes has no figure. */
  private static Map<String, Double> metrics(Evaluation evaluation) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("top1", evaluation.top1());
    metrics.put("top5", evaluation.top5());
    metrics.put("mean_class_accuracy", evaluation.meanClassAccuracy());
    for (Shots.Group group : tested(evaluation)) {
      metrics.put(key(group), evaluation.accuracy(group));
    }
    return metrics;
  }

  /** The groups that have test images. */
  static Set<Shots.Group> tested(Evaluation evaluation) {
    return evaluation.classes().stream()
        .filter(ClassResult::tested)
        .map(ClassResult::group)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The name of {@code group} in logs. */
  static String key(Shots.Group group) {
    return group.key();
  }

  private static Predictions score(
      String run,
      int part,
      int parts,
      ExecutorSetup setup,
      String validation,
      Broadcast<FlatVector> parameters) {
    OptionalInt device = TaskDevice.current();
    return Resident.call(
        new Resident.Seat(run, "scorer", part),
        () -> {
          device.ifPresent(GraphicsDevice::use);
          return setup.scorer(validation);
        },
        scorer -> {
          parameters.value().copyTo(scorer.network().parameters());
          return scorer.score(part, parts, (row, logits) -> {});
        });
  }
}

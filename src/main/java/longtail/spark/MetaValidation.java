package longtail.spark;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import longtail.dataset.Shots;
import longtail.eval.ClassResult;
import longtail.eval.Evaluation;
import longtail.eval.Predictions;
import longtail.eval.Ranking;
import longtail.nn.kernel.GraphicsDevice;
import longtail.shard.ShardedDataset;
import longtail.train.FlatVector;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Scores the merged model of a round on the class-balanced meta set: every worker on its share of
 * the images, the driver adds up.
 */
final class MetaValidation {
  private final JavaSparkContext spark;
  private final String run;
  private final int workers;
  private final ExecutorSetup setup;
  private final ShardedDataset training;
  private final String meta;

  /** On the prepared dataset in {@code meta}. */
  MetaValidation(
      JavaSparkContext spark,
      String run,
      int workers,
      ExecutorSetup setup,
      ShardedDataset training,
      String meta) {
    this.spark = spark;
    this.run = run;
    this.workers = workers;
    this.setup = setup;
    this.training = training;
    this.meta = meta;
  }

  /**
   * What a worker brings back.
   *
   * @param predictions of its share
   * @param lossSum sum over its images of their cross-entropy
   */
  record Share(Predictions predictions, double lossSum) {}

  /**
   * The figures of a network with {@code model} as its parameters, by the names that logs use. A
   * group without classes has no figure; neither has a class without images.
   */
  Map<String, Object> score(FlatVector model) {
    Broadcast<FlatVector> parameters = spark.broadcast(model);
    // Only these travel with the tasks, not this object.
    String name = run;
    int count = workers;
    ExecutorSetup from = setup;
    String dataset = meta;
    JavaRDD<Integer> shares = spark.parallelize(IntStream.range(0, count).boxed().toList(), count);
    List<Share> parts =
        Failures.unwrap(
            () ->
                shares.map(part -> score(name, part, count, from, dataset, parameters)).collect());
    parameters.destroy();
    Predictions all = Predictions.of(training.counts().classes());
    parts.forEach(share -> all.addAll(share.predictions()));
    double loss = parts.stream().mapToDouble(Share::lossSum).sum() / all.size();
    return figures(loss, Evaluation.of(all, training.counts(), training.shots()));
  }

  private static Map<String, Object> figures(double loss, Evaluation evaluation) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("meta_validation_loss", loss);
    figures.put("meta_validation_accuracy", evaluation.meanClassAccuracy());
    for (Shots.Group group : Validation.tested(evaluation)) {
      figures.put("meta_validation_" + Validation.key(group), evaluation.accuracy(group));
    }
    Map<String, Double> byClass = new LinkedHashMap<>();
    List<ClassResult> classes = evaluation.classes();
    for (int c = 0; c < classes.size(); c++) {
      if (classes.get(c).tested()) {
        byClass.put(String.valueOf(c), classes.get(c).accuracy());
      }
    }
    figures.put("meta_validation_by_class", byClass);
    return figures;
  }

  private static Share score(
      String run,
      int part,
      int parts,
      ExecutorSetup setup,
      String meta,
      Broadcast<FlatVector> parameters) {
    OptionalInt device = TaskDevice.current();
    return Resident.call(
        new Resident.Seat(run, "meta scorer", part),
        () -> {
          device.ifPresent(GraphicsDevice::use);
          return setup.scorer(meta);
        },
        scorer -> {
          parameters.value().copyTo(scorer.network().parameters());
          double[] sum = new double[1];
          Predictions predictions =
              scorer.score(
                  part,
                  parts,
                  (row, logits) ->
                      sum[0] += Ranking.negativeLogLikelihood(logits, scorer.samples().label(row)));
          return new Share(predictions, sum[0]);
        });
  }
}

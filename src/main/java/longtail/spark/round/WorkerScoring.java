package longtail.spark.round;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import longtail.eval.Evaluation;
import longtail.eval.NearestClassMean;
import longtail.eval.NearestClassMean.Mode;
import longtail.eval.Predictions;
import longtail.nn.Network;
import longtail.shard.ShardedDataset;
import longtail.spark.evaluate.ClassMeans;
import longtail.spark.evaluate.Scorer;
import longtail.spark.job.JobFailures;
import longtail.train.checkpoint.FlatVector;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Lets the workers of a run score its model between segments, each a part of a dataset, with the
 * network that it trains. A worker that has the model already is sent nothing. Parts are put
 * together in their order, so the result depends on neither executors nor placement.
 */
final class WorkerScoring {
  private static final long NOBODY = Long.MIN_VALUE;

  private final JavaSparkContext spark;
  private final String run;
  private final ExecutorSetup setup;

  /** By the workers of {@code run}, which {@code setup} makes where there are none. */
  WorkerScoring(JavaSparkContext spark, String run, ExecutorSetup setup) {
    this.spark = spark;
    this.run = run;
    this.setup = setup;
  }

  /**
   * What is scored.
   *
   * @param parameters of the network
   * @param version number of the workers' state that has these parameters; empty if none has
   */
  record Model(FlatVector parameters, OptionalLong version) {}

  /** Makes something of a part of a dataset; travels to the workers. */
  private interface Work<R> extends Serializable {
    R with(Scorer scorer, Network network, int part, int parts) throws IOException;
  }

  /**
   * How {@code model} does on the prepared dataset in {@code directory}.
   *
   * @param training says which classes have many or few images
   */
  Evaluation evaluate(Model model, String directory, ShardedDataset training) {
    Broadcast<FlatVector> parameters = spark.broadcast(model.parameters());
    try {
      List<Predictions> parts =
          JobFailures.unwrap(
              () -> parts(model, parameters, directory, Scorer::predictions).collect());
      Predictions all = Predictions.of(training.counts().classes());
      parts.forEach(all::addAll);
      return Evaluation.of(all, training.counts(), training.shots());
    } finally {
      parameters.destroy();
    }
  }

  /** Class means of the features that {@code model} gives for the training set. */
  NearestClassMean classMeans(Model model, int classes) {
    Broadcast<FlatVector> parameters = spark.broadcast(model.parameters());
    try {
      JavaPairRDD<Integer, ClassMeans.Part> sums =
          parts(
                  model,
                  parameters,
                  setup.data(),
                  (scorer, network, part, parts) ->
                      ClassMeans.sums(
                          ClassMeans.labelled(scorer, network, part, parts), Mode.PLAIN, part))
              .flatMapToPair(List::iterator);
      return ClassMeans.merged(sums, Mode.PLAIN, classes);
    } finally {
      parameters.destroy();
    }
  }

  private <R> JavaRDD<R> parts(
      Model model, Broadcast<FlatVector> parameters, String directory, Work<R> work) {
    // Only these travel with the tasks, not this object.
    String name = run;
    ExecutorSetup from = setup;
    int parts = setup.workers();
    long version = model.version().orElse(NOBODY);
    return spark
        .parallelize(IntStream.range(0, parts).boxed().toList(), parts)
        .map(
            part ->
                SegmentWorker.any(
                    name,
                    from,
                    part,
                    worker ->
                        worker.score(
                            version,
                            parameters,
                            directory,
                            (scorer, network) -> work.with(scorer, network, part, parts))));
  }
}

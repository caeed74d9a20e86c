package longtail.cli;

import java.io.PrintStream;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import longtail.report.EvaluationReport;
import longtail.report.MetricsLog;
import longtail.shard.ShardedDataset;
import longtail.spark.evaluate.EvaluateJob;
import longtail.spark.evaluate.EvaluateOptions;
import longtail.spark.round.TrainJob;
import longtail.spark.round.TrainOptions;
import longtail.train.checkpoint.Checkpoint;
import longtail.train.checkpoint.Checkpoints;
import longtail.train.experiment.Experiment;
import longtail.train.experiment.Rounds;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * An experiment that is trained and then evaluated in one directory.
 *
 * @param experiment what is trained
 * @param data prepared training set
 * @param test prepared test set
 * @param directory of everything the run writes
 * @param workers number of workers; absent: one per core
 */
record ExperimentRun(
    Experiment experiment, String data, String test, String directory, Optional<Integer> workers) {

  /** Trains, from the last checkpoint if there is one, and evaluates the last checkpoint. */
  EvaluationReport complete(JavaSparkContext spark, PrintStream progress) {
    TrainOptions options =
        Arguments.checked(
            () ->
                new TrainOptions(
                    experiment,
                    data,
                    Optional.empty(),
                    directory,
                    workers.map(OptionalInt::of).orElse(OptionalInt.empty()),
                    begun(spark.hadoopConfiguration())
                        ? TrainOptions.Existing.RESUME
                        : TrainOptions.Existing.REFUSE));
    TrainJob.run(spark, options, progress);
    return EvaluateJob.run(spark, EvaluateOptions.of(directory, test, evaluation()), progress)
        .report();
  }

  private boolean begun(Configuration conf) {
    return checkpoints(conf).begun();
  }

  private Checkpoints checkpoints(Configuration conf) {
    return Checkpoints.of(directory + "/checkpoints", experiment.checkpoints(), conf);
  }

  /**
   * The figures, if this very run was completed before.
   *
   * @throws longtail.LongTailException (CONFIG) when the directory holds another run
   */
  Optional<EvaluationReport> completed(Configuration conf) {
    ShardedDataset dataset = ShardedDataset.open(data, conf);
    Optional<Checkpoint> last = checkpoints(conf).latest();
    last.ifPresent(checkpoint -> checkpoint.requireSameRun(experiment, dataset));
    Rounds rounds = Rounds.of(experiment, dataset.samples().size());
    return last.filter(checkpoint -> rounds.finished(checkpoint.manifest().cursor()))
        .filter(checkpoint -> EvaluationReport.exists(evaluation(), conf))
        .map(checkpoint -> EvaluationReport.read(evaluation(), conf));
  }

  /** The log of the training. */
  MetricsLog metrics(Configuration conf) {
    return MetricsLog.open(directory + "/metrics.jsonl", conf);
  }

  /** Training images per second over all rounds of the run; NaN without rounds. */
  double imagesPerSecond(Configuration conf) {
    double images = 0;
    double seconds = 0;
    for (Map<String, Object> event : metrics(conf).read()) {
      if (event.get("examples") instanceof Number examples
          && event.get("images_per_second") instanceof Number rate) {
        images += examples.doubleValue();
        seconds += examples.doubleValue() / rate.doubleValue();
      }
    }
    return images / seconds;
  }

  private String evaluation() {
    return directory + "/evaluation";
  }
}

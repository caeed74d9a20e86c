package longtail.spark.round;

import java.io.Serializable;
import java.util.List;
import longtail.shard.ShardedDataset;
import longtail.spark.evaluate.Scorer;
import longtail.train.Worker;
import longtail.train.experiment.Experiment;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * What an executor makes its workers and scorers from; travels with every task.
 *
 * @param yaml the experiment
 * @param data directory of the training set
 * @param workers number of workers of the run
 * @param configuration how to reach the file systems
 */
record ExecutorSetup(
    String yaml, String data, int workers, Broadcast<SerializableConfiguration> configuration)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Worker {@code index}. */
  Worker worker(int index) {
    Experiment experiment = experiment();
    ShardedDataset training = training();
    return Worker.open(
        experiment,
        training,
        experiment.metaSet(data, training.classNames(), hadoop()),
        index,
        workers,
        hadoop());
  }

  /** A scorer on the dataset {@code validation}. */
  Scorer scorer(String validation) {
    Experiment experiment = experiment();
    ShardedDataset training = training();
    ShardedDataset scored =
        ShardedDataset.open(validation, hadoop())
            .underClasses(training.classNames(), "the training set " + data);
    return new Scorer(
        scored,
        Scorer.View.of(
            experiment.preprocessing(training), scored, experiment.evaluation().batchSize()),
        experiment.loading().cacheBytes(),
        hadoop());
  }

  private Experiment experiment() {
    return Experiment.parse(yaml, "the experiment of the run", List.of());
  }

  private ShardedDataset training() {
    return ShardedDataset.open(data, hadoop());
  }

  private Configuration hadoop() {
    return configuration.value().value();
  }
}

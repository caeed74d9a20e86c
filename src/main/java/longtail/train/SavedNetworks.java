package longtail.train;

import longtail.method.Networks;
import longtail.nn.Network;
import longtail.sample.Population;
import longtail.shard.LogitTable;
import longtail.shard.RowLogits;
import longtail.shard.Samples;
import org.apache.hadoop.conf.Configuration;

/**
 * Networks that were saved, for a worker.
 *
 * @param samples the training images
 * @param rows rows of those that the worker may draw
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares it
record SavedNetworks(Samples samples, int[] rows, Configuration conf) implements Networks {
  /** Those of worker {@code worker} of {@code workers}. */
  static SavedNetworks of(
      Experiment experiment,
      Samples samples,
      Population population,
      int worker,
      int workers,
      Configuration conf) {
    boolean own = experiment.stages().stream().allMatch(stage -> stage.sampler().keepsToShards());
    int[] rows = own ? population.drawableBy(worker, workers) : population.drawableBy(0, 1);
    return new SavedNetworks(samples, rows, conf);
  }

  @Override
  public Network open(String model) {
    return SavedModel.find(model, CheckpointChoice.LATEST, conf).network(conf);
  }

  @Override
  public RowLogits logits(String directory) {
    return LogitTable.read(directory, samples, rows, conf);
  }
}

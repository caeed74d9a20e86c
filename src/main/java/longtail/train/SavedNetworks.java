package longtail.train;

import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.method.Networks;
import longtail.nn.Network;
import longtail.sample.Population;
import longtail.shard.LogitTable;
import longtail.shard.RowLogits;
import longtail.shard.Samples;
import longtail.train.checkpoint.CheckpointChoice;
import longtail.train.checkpoint.SavedModel;
import longtail.train.experiment.Experiment;
import org.apache.hadoop.conf.Configuration;

/**
 * Networks that were saved, for a worker.
 *
 * @param samples the training images
 * @param rows rows of those that the worker may draw
 * @param generated number of generated images that it may draw beside
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares it
record SavedNetworks(Samples samples, int[] rows, int generated, Configuration conf)
    implements Networks {
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
    return new SavedNetworks(samples, rows, population.generated(), conf);
  }

  @Override
  public Network open(String model) {
    return SavedModel.find(model, CheckpointChoice.LATEST, conf).network(conf);
  }

  @Override
  public RowLogits logits(String directory) {
    if (generated > 0) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "the logits in %s say nothing of the %d generated images: learn from the teacher itself, or leave data.generated out"
              .formatted(directory, generated));
    }
    return LogitTable.read(directory, samples, rows, conf);
  }
}

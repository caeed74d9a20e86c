package longtail.train.data;

import longtail.image.augment.Pipeline;
import longtail.sample.Population;
import longtail.shard.ShardedDataset;
import longtail.train.experiment.Loading;
import org.apache.hadoop.conf.Configuration;

/**
 * A set that batches are drawn from.
 *
 * @param population its rows by shard and class
 * @param images its images
 * @param pipeline what is done to them
 */
public record ImageSet(Population population, ImageSupply images, Pipeline pipeline)
    implements AutoCloseable {
  /** The set of a prepared dataset. */
  public static ImageSet of(
      ShardedDataset dataset, Pipeline pipeline, Loading loading, Configuration conf) {
    return new ImageSet(
        Population.of(dataset.samples().labels(), dataset.counts().classes(), dataset.shardSizes()),
        new DecodedShards(dataset, loading.cacheBytes(), conf),
        pipeline);
  }

  /** The same with the images of {@code generated} as further rows. */
  public ImageSet with(ShardedDataset generated, Loading loading, Configuration conf) {
    return new ImageSet(
        population.withGenerated(generated.samples().labels(), generated.shardSizes()),
        new JoinedImages(
            images, population.size(), new DecodedShards(generated, loading.cacheBytes(), conf)),
        pipeline);
  }

  @Override
  public void close() {
    images.close();
  }
}

package longtail.train.data;

import java.util.List;
import longtail.image.augment.Pipeline;
import longtail.image.augment.Transform;
import longtail.sample.Population;
import longtail.shard.ShardedDataset;
import longtail.train.experiment.Loading;
import org.apache.hadoop.conf.Configuration;

/**
 * A set that batches are drawn from.
 *
 * @param population its rows by shard and class
 * @param images its decoded images
 * @param transforms what is done to them, in order
 * @param normalization pixels to numbers
 */
public record ImageSet(
    Population population, ImageSupply images, List<Transform> transforms, Pipeline normalization)
    implements AutoCloseable {
  /** The set of a prepared dataset. */
  public static ImageSet of(
      ShardedDataset dataset, List<Transform> transforms, Loading loading, Configuration conf) {
    return new ImageSet(
        Population.of(dataset.samples().labels(), dataset.counts().classes(), dataset.shardSizes()),
        new DecodedShards(dataset, loading.cacheBytes(), conf),
        transforms,
        Pipeline.of(List.of(), dataset.normalization().mean(), dataset.normalization().std()));
  }

  /** The same with the images of {@code generated} as further rows. */
  public ImageSet with(ShardedDataset generated, Loading loading, Configuration conf) {
    return new ImageSet(
        population.withGenerated(generated.samples().labels(), generated.shardSizes()),
        new JoinedImages(
            images, population.size(), new DecodedShards(generated, loading.cacheBytes(), conf)),
        transforms,
        normalization);
  }

  @Override
  public void close() {
    images.close();
  }
}

package longtail.bench;

import java.io.IOException;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.RandomStreams;
import longtail.dataset.Normalization;
import longtail.dataset.Shots;
import longtail.image.RgbImage;
import longtail.image.codec.ImageCodec;
import longtail.shard.DatasetDescription;
import longtail.shard.DatasetPublisher;
import longtail.shard.ShardPlan;
import longtail.shard.ShardWriter;
import longtail.shard.ShardedDataset;
import longtail.storage.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Prepared datasets of random stripes, for measurements that need images and not what is on them.
 *
 * @param classes number of classes
 * @param size height and width in pixels
 */
public record RandomImages(int classes, int size) {
  private static final int SHARDS = 8;
  private static final long SEED = 1;

  /** Publishes one image per element of {@code labels} to {@code directory}. */
  public ShardedDataset publish(String directory, int[] labels, Configuration conf) {
    DatasetPublisher publisher = DatasetPublisher.begin(directory, description(), conf);
    ShardPlan plan = ShardPlan.of(labels, SHARDS, SEED);
    try {
      for (int shard = 0; shard < SHARDS; shard++) {
        try (ShardWriter writer = publisher.shard(shard, conf)) {
          for (int image : plan.positions(shard)) {
            byte[] png = ImageCodec.png(draw(RandomStreams.of(SEED, image)));
            writer.add("image-" + image, labels[image], "png", png, size, size);
          }
          writer.finish();
        }
      }
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.DATA,
          "cannot write random images to %s: %s; choose another directory"
              .formatted(directory, e.getMessage()),
          e);
    }
    return publisher.publish(conf);
  }

  /** Removes what was published to {@code directory}. */
  static void remove(String directory, Configuration conf) {
    Path path = FileSystems.path(directory);
    try {
      FileSystems.of(path, conf).delete(path, true);
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.DATA,
          "cannot remove the random images in %s: %s; remove them by hand"
              .formatted(directory, e.getMessage()),
          e);
    }
  }

  private DatasetDescription description() {
    return new DatasetDescription(
        "random",
        IntStream.range(0, classes).mapToObj(Integer::toString).toList(),
        new Normalization(new double[] {.5, .5, .5}, new double[] {.25, .25, .25}),
        Shots.USUAL,
        "random",
        "seed " + SEED,
        SHARDS,
        SEED,
        Map.of());
  }

  private RgbImage draw(SplittableRandom random) {
    int row = 3 * size;
    byte[] pixels = new byte[row * size];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = i < row ? (byte) random.nextInt() : pixels[i - row];
    }
    return new RgbImage(size, size, pixels);
  }
}

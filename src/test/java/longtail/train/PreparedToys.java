package longtail.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import longtail.RandomStreams;
import longtail.dataset.Normalization;
import longtail.dataset.Shots;
import longtail.image.RgbImage;
import longtail.image.codec.ImageCodec;
import longtail.shard.DatasetDescription;
import longtail.shard.DatasetPublisher;
import longtail.shard.ShardWriter;
import longtail.shard.ShardedDataset;
import org.apache.hadoop.conf.Configuration;

/** A prepared dataset of small images, dark for class 0, bright for class 1, noisy both. */
public final class PreparedToys {
  public static final Configuration CONF = new Configuration();
  private static final int SHARDS = 3;
  private static final int PER_SHARD = 8;

  private PreparedToys() {}

  /** Writes 24 images of {@code extent} by {@code extent} pixels in 3 shards. */
  public static ShardedDataset write(Path directory, String name, int extent) throws IOException {
    DatasetDescription description =
        new DatasetDescription(
            name,
            List.of("dark", "bright"),
            Normalization.imagenet(),
            Shots.USUAL,
            "toys",
            name,
            SHARDS,
            1,
            Map.of());
    DatasetPublisher publisher =
        DatasetPublisher.begin(directory.resolve(name).toString(), description, CONF);
    for (int shard : publisher.missingShards(CONF)) {
      try (ShardWriter writer = publisher.shard(shard, CONF)) {
        for (int i = 0; i < PER_SHARD; i++) {
          int label = i % 4 == 0 ? 1 : 0;
          byte[] png = ImageCodec.png(image(label, extent, RandomStreams.of(shard, i)));
          writer.add("image-" + shard + "-" + i, label, "png", png, extent, extent);
        }
        writer.finish();
      }
    }
    return publisher.publish(CONF);
  }

  private static RgbImage image(int label, int extent, SplittableRandom random) {
    byte[] pixels = new byte[extent * extent * 3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (label * 100 + random.nextInt(140));
    }
    return new RgbImage(extent, extent, pixels);
  }
}

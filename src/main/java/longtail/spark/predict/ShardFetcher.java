package longtail.spark.predict;

import java.io.IOException;
import longtail.LongTailException;
import longtail.shard.ShardReader;
import longtail.shard.ShardedDataset;
import org.apache.hadoop.conf.Configuration;

/** Images of a prepared dataset; their positions are rows. */
record ShardFetcher(ShardReader reader) implements ImageFetcher {
  /** Those of the dataset {@code directory}. */
  static ShardFetcher of(String directory, Configuration conf) {
    return new ShardFetcher(new ShardReader(ShardedDataset.open(directory, conf), conf, 0));
  }

  @Override
  public byte[] fetch(ImageReference image) throws IOException {
    try {
      return reader.read(Math.toIntExact(image.position()));
    } catch (LongTailException damaged) {
      throw new IOException(damaged.getMessage(), damaged);
    }
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}

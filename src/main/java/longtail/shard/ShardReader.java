package longtail.shard;

import java.io.Closeable;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;

/**
 * Reads images of a dataset by row. Safe for use by several threads; bytes are kept in memory up to
 * a limit.
 */
public final class ShardReader implements Closeable {
  /** Reads {@code dataset}, keeping at most {@code cacheBytes} bytes of images in memory. */
  public ShardReader(ShardedDataset dataset, Configuration conf, long cacheBytes) {}

  /**
   * The encoded image of {@code row}; not to be changed by the caller.
   *
   * @throws longtail.LongTailException with code DATA if the shard is missing or truncated
   */
  public byte[] read(int row) {
    return new byte[row];
  }

  @Override
  public void close() throws IOException {}
}

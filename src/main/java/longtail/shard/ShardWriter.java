package longtail.shard;

import java.io.Closeable;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Writes one tar shard: {@code <image id>.jpg|png} and {@code <image id>.cls} per image, the layout
 * of WebDataset. Nothing counts before {@link #finish}.
 */
public final class ShardWriter implements Closeable {
  ShardWriter(Path directory, int shard, Configuration conf) {}

  /**
   * Appends an image.
   *
   * @param extension {@code jpg}, {@code png}, ... without the dot
   * @param encoded the image file
   */
  public void add(
      String imageId, int label, String extension, byte[] encoded, int height, int width)
      throws IOException {}

  /** Notes an image that could not be prepared. */
  public void quarantine(Quarantined image) {}

  /** Completes the shard. */
  public void finish() throws IOException {}

  /** Drops the shard unless it is finished. */
  @Override
  public void close() throws IOException {}
}

package longtail.shard;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import longtail.LongTailException;
import longtail.storage.CommittedFile;
import longtail.storage.FileSystems;
import longtail.storage.StorageFailure;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Writes one tar shard: {@code <key>.jpg|png} and {@code <key>.cls} per image, the layout of
 * WebDataset, where the key is the image id with unsafe characters escaped. Nothing counts before
 * {@link #finish}; two attempts at the same shard do not disturb each other.
 */
public final class ShardWriter implements Closeable {
  private final Path directory;
  private final int shard;
  private final Configuration conf;
  private final CommittedFile file;
  private final TarShard tar;
  private final List<SampleRow> rows = new ArrayList<>();
  private final List<Quarantined> quarantined = new ArrayList<>();

  ShardWriter(Path directory, int shard, Configuration conf) throws IOException {
    this.directory = directory;
    this.shard = shard;
    this.conf = conf;
    file =
        CommittedFile.begin(
            FileSystems.child(directory, Layout.shard(shard)), Layout.progress(directory), conf);
    tar = new TarShard(file.stream());
  }

  /**
   * Appends an image.
   *
   * @param extension {@code jpg}, {@code png}, ... without the dot
   * @param encoded the image file
   * @throws LongTailException (DATA) when it cannot be written, such as to a full disk
   */
  public void add(
      String imageId, int label, String extension, byte[] encoded, int height, int width) {
    String key = SampleKey.of(imageId);
    long offset;
    try {
      offset = tar.add(key + "." + extension, encoded);
      tar.add(key + ".cls", Integer.toString(label).getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw failure(e);
    }
    rows.add(new SampleRow(imageId, label, offset, encoded.length, height, width));
  }

  /** Notes an image that could not be prepared. */
  public void quarantine(Quarantined image) {
    quarantined.add(image);
  }

  /**
   * Completes the shard.
   *
   * @throws LongTailException (DATA) when it cannot be written, such as to a full disk
   */
  public void finish() {
    try {
      commit();
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private LongTailException failure(IOException e) {
    return StorageFailure.of(
        "writing", FileSystems.child(directory, Layout.shard(shard)).toUri().getPath(), e);
  }

  private void commit() throws IOException {
    long bytes = tar.finish();
    file.commit();
    String name = Layout.shard(shard);
    DatasetIndex.Shard summary = new DatasetIndex.Shard(name, rows.size(), bytes, tar.sha256());
    // the report comes last: a shard without one is not finished
    CommittedFile.write(
        Layout.report(directory, shard), new ShardReport(summary, rows, quarantined)::write, conf);
  }

  /** Drops the shard unless it is finished. */
  @Override
  public void close() throws IOException {
    file.close();
  }
}

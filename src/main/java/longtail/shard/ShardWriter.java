package longtail.shard;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import longtail.dataset.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
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
  private final FileSystem files;
  private final Path aside;
  private final TarShard tar;
  private final List<SampleRow> rows = new ArrayList<>();
  private final List<Quarantined> quarantined = new ArrayList<>();
  private boolean finished;

  ShardWriter(Path directory, int shard, Configuration conf) throws IOException {
    this.directory = directory;
    this.shard = shard;
    this.conf = conf;
    files = FileSystems.of(directory, conf);
    aside =
        Layout.aside(
            FileSystems.child(FileSystems.child(directory, Layout.PROGRESS), Layout.shard(shard)));
    tar = new TarShard(files.create(aside, true, 1 << 16));
  }

  /**
   * Appends an image.
   *
   * @param extension {@code jpg}, {@code png}, ... without the dot
   * @param encoded the image file
   */
  public void add(
      String imageId, int label, String extension, byte[] encoded, int height, int width)
      throws IOException {
    String key = SampleKey.of(imageId);
    long offset = tar.add(key + "." + extension, encoded);
    tar.add(key + ".cls", Integer.toString(label).getBytes(StandardCharsets.US_ASCII));
    rows.add(new SampleRow(imageId, label, offset, encoded.length, height, width));
  }

  /** Notes an image that could not be prepared. */
  public void quarantine(Quarantined image) {
    quarantined.add(image);
  }

  /** Completes the shard. */
  public void finish() throws IOException {
    long bytes = tar.finish();
    tar.close();
    String name = Layout.shard(shard);
    DatasetIndex.Shard summary = new DatasetIndex.Shard(name, rows.size(), bytes, tar.sha256());
    // the report comes last: a shard without one is not finished
    Layout.replace(files, aside, FileSystems.child(directory, name));
    Layout.writeAtomically(
        Layout.report(directory, shard), conf, new ShardReport(summary, rows, quarantined)::write);
    finished = true;
  }

  /** Drops the shard unless it is finished. */
  @Override
  public void close() throws IOException {
    if (!finished) {
      tar.close();
      files.delete(aside, false);
    }
  }
}

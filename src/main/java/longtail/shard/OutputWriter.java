package longtail.shard;

import java.io.Closeable;
import java.io.IOException;
import longtail.storage.FileSystems;
import longtail.storage.ParquetPart;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * Writes a task's part of an {@link OutputTable}, a file for each shard. A file is there when it is
 * complete, so that a task may run twice.
 */
public final class OutputWriter implements Closeable {
  private static final int NO_SHARD = -1;

  private final NetworkOutput output;
  private final Configuration conf;
  private final Path table;
  private final int part;
  private int shard = NO_SHARD;
  private ParquetPart file;

  private OutputWriter(NetworkOutput output, Path table, int part, Configuration conf) {
    this.output = output;
    this.table = table;
    this.part = part;
    this.conf = conf;
  }

  /** Writes part {@code part} of a table in {@code directory}. */
  public static OutputWriter open(
      NetworkOutput output, String directory, int part, Configuration conf) {
    return new OutputWriter(output, output.at(directory), part, conf);
  }

  /** Adds an image; the images of a shard follow one another. */
  public void add(int ofShard, String imageId, int label, float... numbers) throws IOException {
    if (ofShard != shard) {
      finish();
      shard = ofShard;
      file =
          ParquetPart.begin(
              FileSystems.child(table, NetworkOutput.file(part, shard)),
              output.schema(),
              CompressionCodecName.UNCOMPRESSED,
              conf,
              output.key());
    }
    Group row =
        file.row().append(NetworkOutput.IMAGE_ID, imageId).append(NetworkOutput.LABEL, label);
    for (float number : numbers) {
      row.append(output.key(), number);
    }
    file.write(row);
  }

  /** Completes what was added. */
  public void finish() throws IOException {
    if (file != null) {
      file.finish();
      file = null;
    }
  }

  /** Gives up the file that is not complete. */
  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
      file = null;
    }
  }
}

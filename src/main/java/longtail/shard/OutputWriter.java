package longtail.shard;

import java.io.Closeable;
import java.io.IOException;
import longtail.dataset.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * Writes a task's part of an {@link OutputTable}. Each file is written under a name of its own and
 * takes its final name when it is complete, so that a task may run twice.
 */
public final class OutputWriter implements Closeable {
  private static final int NO_SHARD = -1;

  private final NetworkOutput output;
  private final SimpleGroupFactory rows;
  private final Configuration conf;
  private final FileSystem files;
  private final Path table;
  private final int part;
  private final long attempt;
  private int shard = NO_SHARD;
  private ParquetWriter<Group> writer;

  private OutputWriter(
      NetworkOutput output,
      FileSystem files,
      Path table,
      int part,
      long attempt,
      Configuration conf) {
    this.output = output;
    rows = new SimpleGroupFactory(output.schema());
    this.files = files;
    this.table = table;
    this.part = part;
    this.attempt = attempt;
    this.conf = conf;
  }

  /** Writes part {@code part} of a table in {@code directory} as the task {@code attempt}. */
  public static OutputWriter open(
      NetworkOutput output, String directory, int part, long attempt, Configuration conf)
      throws IOException {
    Path table = output.at(directory);
    return new OutputWriter(output, FileSystems.of(table, conf), table, part, attempt, conf);
  }

  /** Adds an image; the images of a shard follow one another. */
  public void add(int ofShard, String imageId, int label, float... numbers) throws IOException {
    if (ofShard != shard) {
      finish();
      shard = ofShard;
      writer =
          ExampleParquetWriter.builder(ParquetFile.of(aside(), conf))
              .withConf(conf)
              .withType(output.schema())
              .withDictionaryEncoding(output.key(), false)
              .withCompressionCodec(CompressionCodecName.UNCOMPRESSED)
              .build();
    }
    Group row =
        rows.newGroup().append(NetworkOutput.IMAGE_ID, imageId).append(NetworkOutput.LABEL, label);
    for (float number : numbers) {
      row.append(output.key(), number);
    }
    writer.write(row);
  }

  /** Completes what was added. */
  public void finish() throws IOException {
    if (writer != null) {
      writer.close();
      writer = null;
      Path target = FileSystems.child(table, NetworkOutput.file(part, shard));
      files.delete(target, false);
      if (!files.rename(aside(), target)) {
        throw new IOException("the file system did not rename " + aside());
      }
    }
  }

  private Path aside() {
    return FileSystems.child(table, "_writing-%05d-%05d-%d".formatted(part, shard, attempt));
  }

  /** Gives up the file that is not complete. */
  @Override
  public void close() throws IOException {
    if (writer != null) {
      writer.close();
      writer = null;
      files.delete(aside(), false);
    }
  }
}

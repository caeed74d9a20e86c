package longtail.shard;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.storage.CommittedFile;
import longtail.storage.FileSystems;
import longtail.storage.ParquetFile;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/**
 * What a model says of each image of a prepared dataset: numbers beside image id and class. {@link
 * OutputWriter} writes it, one file for each shard (or for each task's part of one), so that
 * whoever wants a few shards need not read the others.
 */
public final class OutputTable {
  private static final MessageType IDS =
      MessageTypeParser.parseMessageType(
          "message ids { required binary %s (STRING); }".formatted(NetworkOutput.IMAGE_ID));

  private final NetworkOutput output;
  private final Path path;
  private final Configuration conf;

  /** Takes an image. */
  public interface Sink {
    /**
     * The model gives an image these numbers.
     *
     * @param label its class; -1 in a table that knows no classes
     */
    void accept(String imageId, int label, float... numbers) throws IOException;
  }

  /** The table of {@code output} in {@code directory}. */
  public OutputTable(NetworkOutput output, String directory, Configuration conf) {
    this.output = output;
    this.conf = conf;
    path = output.at(directory);
  }

  /** Removes what tasks that were killed have left of the table's files. */
  public void removeAbandoned() throws IOException {
    CommittedFile.removeAbandoned(path, conf);
  }

  /** Removes the table, and nothing else. */
  public void clear() throws IOException {
    FileSystems.of(path, conf).delete(path, true);
  }

  /**
   * Names of its complete files, in their order.
   *
   * @throws FileNotFoundException if there is no table
   */
  public List<String> files() throws IOException {
    if (!FileSystems.of(path, conf).exists(path)) {
      throw new FileNotFoundException("there is no " + path);
    }
    return Arrays.stream(FileSystems.of(path, conf).listStatus(path))
        .map(FileStatus::getPath)
        .map(Path::getName)
        .filter(NetworkOutput::finished)
        .sorted()
        .toList();
  }

  /** The images of a file. */
  List<String> ids(String file) throws IOException {
    Configuration onlyIds = new Configuration(conf);
    onlyIds.set(ReadSupport.PARQUET_READ_SCHEMA, IDS.toString());
    List<String> ids = new ArrayList<>();
    read(file, onlyIds, row -> ids.add(row.getString(NetworkOutput.IMAGE_ID, 0)));
    return ids;
  }

  /**
   * Sends the images of a file to {@code sink}, in the order of the file.
   *
   * @throws LongTailException (DATA) if the file cannot be read, or the sink cannot take an image
   */
  public void read(String file, Sink sink) throws IOException {
    read(
        file,
        conf,
        row -> {
          boolean labelled = row.getType().containsField(NetworkOutput.LABEL);
          sink.accept(
              row.getString(NetworkOutput.IMAGE_ID, 0),
              labelled ? row.getInteger(NetworkOutput.LABEL, 0) : -1,
              numbers(row));
        });
  }

  private interface RowSink {
    void accept(Group row) throws IOException;
  }

  private void read(String file, Configuration with, RowSink sink) throws IOException {
    ParquetFile source = ParquetFile.of(FileSystems.child(path, file), with);
    try (TableRows rows = TableRows.open(source, output.columns(), with)) {
      for (Group row = rows.next(); row != null; row = rows.next()) {
        sink.accept(row);
      }
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.DATA,
          "reading %s: %s; write it again with jobs/evaluate --store or --logits"
              .formatted(source, e.getMessage()),
          e);
    }
  }

  private float[] numbers(Group row) {
    float[] numbers = new float[row.getFieldRepetitionCount(output.key())];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = row.getFloat(output.key(), i);
    }
    return numbers;
  }

  @Override
  public String toString() {
    return path.toString();
  }
}

package longtail.storage;

import java.io.Closeable;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.schema.MessageType;

/**
 * A Parquet file that is written, a table or a part of one: committed as a {@link CommittedFile},
 * and with the same bytes for the same rows in every process.
 */
public final class ParquetPart implements Closeable {
  private final CommittedFile file;
  private final SimpleGroupFactory groups;
  private final ParquetWriter<Group> writer;
  private boolean ended;

  private ParquetPart(CommittedFile file, MessageType schema, ParquetWriter<Group> writer) {
    this.file = file;
    this.writer = writer;
    groups = new SimpleGroupFactory(schema);
  }

  /**
   * Begins {@code target}.
   *
   * @param distinct columns whose values do not repeat, so that a dictionary of them is no use
   */
  public static ParquetPart begin(
      Path target,
      MessageType schema,
      CompressionCodecName codec,
      Configuration conf,
      String... distinct)
      throws IOException {
    CommittedFile file = CommittedFile.begin(target, conf);
    try {
      ExampleParquetWriter.Builder builder =
          ExampleParquetWriter.builder(new Sink(file, target))
              .withConf(conf)
              .withType(schema)
              .withCompressionCodec(codec);
      for (String column : distinct) {
        builder = builder.withDictionaryEncoding(column, false);
      }
      return new ParquetPart(file, schema, builder.build());
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** A row without values, to be filled and given to {@link #write}. */
  public Group row() {
    return groups.newGroup();
  }

  /** Adds a row. */
  public void write(Group row) throws IOException {
    writer.write(row);
  }

  /** Completes the file and puts it in its place. */
  public void finish() throws IOException {
    ended = true;
    try (file) {
      writer.close();
      file.commit();
    }
  }

  /** Gives the file up unless it is complete. */
  @Override
  public void close() throws IOException {
    if (!ended) {
      ended = true;
      file.close();
      try {
        writer.close(); // for its memory
      } catch (IOException | RuntimeException e) {
        // its file is closed and gone, as it should be
        return;
      }
    }
  }

  /** Where the writer's bytes go. */
  private record Sink(CommittedFile file, Path target) implements OutputFile {
    @Override
    public PositionOutputStream create(long blockSizeHint) {
      return new OrderedFooter(file.stream());
    }

    @Override
    public PositionOutputStream createOrOverwrite(long blockSizeHint) {
      return create(blockSizeHint);
    }

    @Override
    public boolean supportsBlockSize() {
      return false;
    }

    @Override
    public long defaultBlockSize() {
      return 0;
    }

    @Override
    public String getPath() {
      return target.toString();
    }
  }
}

package longtail.shard;

import java.io.Closeable;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.schema.MessageType;

/** The rows of a Parquet file; whatever its bytes are, damage is an {@link IOException}. */
final class TableRows implements Closeable {
  private final ParquetReader<Group> reader;

  private TableRows(ParquetReader<Group> reader) {
    this.reader = reader;
  }

  /** What reads. */
  private interface Reading<T> {
    T run() throws IOException;
  }

  /**
   * Opens {@code file}.
   *
   * @param columns that it must have; it may have others
   * @throws IOException if it has not, or is no Parquet file
   */
  static TableRows open(InputFile file, MessageType columns, Configuration conf)
      throws IOException {
    return guarded(
        () -> {
          ParquetClaims.check(file, columns);
          return new TableRows(new Reader(file).withConf(conf).build());
        });
  }

  /** The next row; null behind the last one. */
  Group next() throws IOException {
    return guarded(reader::read);
  }

  @SuppressWarnings("CatchingUnchecked")
  private static <T> T guarded(Reading<T> reading) throws IOException {
    try {
      return reading.run();
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      // the library meets damaged bytes with whatever they lead to
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new IOException("it is damaged (%s)".formatted(reason), e);
    }
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }

  private static final class Reader extends ParquetReader.Builder<Group> {
    Reader(InputFile file) {
      super(file);
    }

    @Override
    protected ReadSupport<Group> getReadSupport() {
      return new GroupReadSupport();
    }
  }
}

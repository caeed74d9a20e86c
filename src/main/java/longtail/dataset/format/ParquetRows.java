package longtail.dataset.format;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;

/** The rows of one Parquet file, row group by row group, some of its columns at a time. */
final class ParquetRows implements Closeable {
  private final ParquetFileReader reader;

  private ParquetRows(ParquetFileReader reader) {
    this.reader = reader;
  }

  static ParquetRows open(Path file, Configuration conf) throws IOException {
    try {
      return new ParquetRows(ParquetFileReader.open(HadoopInputFile.fromPath(file, conf)));
    } catch (RuntimeException damaged) {
      throw new IOException("it is no Parquet file: " + damaged.getMessage(), damaged);
    }
  }

  MessageType schema() {
    return reader.getFileMetaData().getSchema();
  }

  /** What the writer of the file has noted in its footer. */
  Map<String, String> notes() {
    return reader.getFileMetaData().getKeyValueMetaData();
  }

  int rowGroups() {
    return reader.getRowGroups().size();
  }

  long rows(int rowGroup) {
    return reader.getRowGroups().get(rowGroup).getRowCount();
  }

  /** Bytes of the columns {@code columns} of a row group as they lie in the file. */
  long bytes(int rowGroup, MessageType columns) {
    return reader.getRowGroups().get(rowGroup).getColumns().stream()
        .filter(chunk -> columns.containsPath(chunk.getPath().toArray()))
        .mapToLong(chunk -> chunk.getTotalSize())
        .sum();
  }

  /**
   * The rows of a row group, whose bytes are read at once and decoded row by row.
   *
   * @throws IOException if it cannot be read, or is packed in a way that is not supported
   * @throws UncheckedIOException while the rows are asked for, if they are damaged
   */
  Iterator<Group> rows(int rowGroup, MessageType columns) throws IOException {
    if (rows(rowGroup) == 0) {
      return Collections.emptyIterator();
    }
    try {
      reader.setRequestedSchema(columns);
      return decode(reader.readRowGroup(rowGroup), columns);
    } catch (RuntimeException unreadable) {
      throw new IOException(
          "its row group %d, packed by %s, cannot be read: %s"
              .formatted(
                  rowGroup,
                  reader.getRowGroups().get(rowGroup).getColumns().get(0).getCodec(),
                  unreadable.getMessage()),
          unreadable);
    }
  }

  private static Iterator<Group> decode(PageReadStore pages, MessageType columns) {
    RecordReader<Group> records =
        new ColumnIOFactory()
            .getColumnIO(columns)
            .getRecordReader(pages, new GroupRecordConverter(columns));
    return LongStream.range(0, pages.getRowCount()).mapToObj(row -> next(records)).iterator();
  }

  private static Group next(RecordReader<Group> records) {
    try {
      return records.read();
    } catch (RuntimeException damaged) {
      // decoders answer damage with many kinds of them
      throw new UncheckedIOException(
          new IOException("its rows are damaged: " + damaged.getMessage(), damaged));
    }
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}

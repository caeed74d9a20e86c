package longtail.dataset.format;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
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

  /** The bytes of a row group, which {@link #decode} makes rows of. */
  PageReadStore fetch(int rowGroup, MessageType columns) throws IOException {
    reader.setRequestedSchema(columns);
    return reader.readRowGroup(rowGroup);
  }

  /**
   * The rows of {@code pages}, each read when it is asked for.
   *
   * @throws UncheckedIOException while they are read, if they are damaged
   */
  static Iterator<Group> decode(PageReadStore pages, MessageType columns) {
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

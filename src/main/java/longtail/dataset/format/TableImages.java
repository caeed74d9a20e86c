package longtail.dataset.format;

import java.io.Closeable;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.Annotation;
import longtail.dataset.AnnotationFormat;
import longtail.dataset.ImageCollection;
import longtail.dataset.ImageContent;
import longtail.dataset.StorageException;
import longtail.dataset.format.ParquetColumns.Kind;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.MessageType;

/**
 * Images that lie in the rows of Parquet tables, a row group at a time: a column is packed as a
 * whole, so that reading its rows in another order would read it anew for each of them.
 */
public final class TableImages implements Iterator<TableImages.Row>, Closeable {
  /** A row group must fit beside what the rest of the program needs. */
  private static final double LARGEST_SHARE_OF_MEMORY = 0.5;

  /**
   * A row group of a table.
   *
   * @param file name of the table
   * @param rowGroup its place in the file
   * @param first row of the file that it begins with
   * @param rows number of its rows
   */
  public record Part(String file, int rowGroup, long first, long rows) implements Serializable {}

  private final ParquetRows table;
  private final ParquetColumns kinds;
  private final Iterator<Group> rows;
  private final FileSource files;
  private long row;

  private TableImages(
      ParquetRows table, ParquetColumns kinds, Iterator<Group> rows, FileSource files, long first) {
    this.table = table;
    this.kinds = kinds;
    this.rows = rows;
    this.files = files;
    this.row = first;
  }

  /** Whether the images of {@code collection} lie in tables. */
  public static boolean hold(ImageCollection collection, Configuration conf) {
    if (collection.format() != AnnotationFormat.PARQUET) {
      return false;
    }
    AnnotationCollector collector = new AnnotationCollector(collection.annotations());
    SourceFiles tables = tables(collection, conf);
    try (ParquetRows rows = ParquetRows.open(tables.path(tables.names().get(0)), conf)) {
      return ParquetColumns.unlabelled(rows.schema(), collection.fields(), collector).kind()
          != Kind.PATHS;
    } catch (IOException e) {
      throw AnnotationCollector.unreadable(collection.annotations(), e);
    }
  }

  /** The row groups of all tables, in their order. */
  public static List<Part> parts(ImageCollection collection, Configuration conf) {
    List<Part> parts = new ArrayList<>();
    SourceFiles tables = tables(collection, conf);
    for (String name : tables.names()) {
      try (ParquetRows rows = ParquetRows.open(tables.path(name), conf)) {
        long first = 0;
        for (int group = 0; group < rows.rowGroups(); group++) {
          parts.add(new Part(name, group, first, rows.rows(group)));
          first += rows.rows(group);
        }
      } catch (IOException e) {
        throw AnnotationCollector.unreadable(tables.path(name).toString(), e);
      }
    }
    return parts;
  }

  private static SourceFiles tables(ImageCollection collection, Configuration conf) {
    return SourceFiles.of(
        collection.annotations(),
        ParquetTable.ENDINGS,
        new AnnotationCollector(collection.annotations()),
        conf);
  }

  /**
   * Fetches the images of {@code part}.
   *
   * @throws StorageException if the storage failed
   * @throws LongTailException (DATA) if it is too large for the memory of this process
   */
  public static TableImages open(ImageCollection collection, Part part, Configuration conf)
      throws StorageException {
    SourceFiles tables = tables(collection, conf);
    ParquetRows rows = null;
    try {
      rows = ParquetRows.open(tables.path(part.file), conf);
      ParquetColumns columns =
          ParquetColumns.unlabelled(
              rows.schema(),
              collection.fields(),
              new AnnotationCollector(collection.annotations()));
      MessageType needed = columns.images();
      requireMemory(rows.bytes(part.rowGroup, needed), part);
      return new TableImages(
          rows,
          columns,
          rows.rows(part.rowGroup, needed),
          FileSource.of(collection.images(), conf),
          part.first);
    } catch (IOException e) {
      close(rows);
      throw new StorageException(
          "cannot read rows %d to %d of %s: %s"
              .formatted(
                  part.first, part.first + part.rows - 1, tables.path(part.file), e.getMessage()),
          e);
    }
  }

  private static void close(ParquetRows rows) {
    if (rows != null) {
      try {
        rows.close();
      } catch (IOException e) {
        // the failure that is being reported came first
      }
    }
  }

  private static void requireMemory(long bytes, Part part) {
    long memory = Runtime.getRuntime().maxMemory();
    if (bytes > LARGEST_SHARE_OF_MEMORY * memory) {
      throw new LongTailException(
          ErrorCode.DATA,
          "Rows %d to %d of %s lie in one row group of %,d MB, which must be read at once, in %,d MB of memory: write the table with smaller row groups (row_group_size=1000 in pandas and pyarrow), or give the executors more memory"
              .formatted(
                  part.first, part.first + part.rows - 1, part.file, bytes >> 20, memory >> 20));
    }
  }

  @Override
  public boolean hasNext() {
    return rows.hasNext();
  }

  /** The next row, whose image is read when it is asked for. */
  @Override
  public Row next() {
    return new Row(row++, rows.next());
  }

  /** A row of the table. */
  public final class Row {
    private final long number;
    private final Group columns;

    private Row(long number, Group columns) {
      this.number = number;
      this.columns = columns;
    }

    /** Its number in the file, from 0. */
    public long number() {
      return number;
    }

    /**
     * Its image.
     *
     * @throws StorageException if the image lies elsewhere and the storage failed
     * @throws IOException if there is none
     */
    public ImageContent read() throws IOException {
      byte[] bytes = kinds.bytes(columns);
      return bytes == null ? atPath(kinds.path(columns)) : new ImageContent.Encoded(bytes);
    }
  }

  private ImageContent atPath(String path) throws IOException {
    if (path.isEmpty()) {
      throw new IOException("the row has neither bytes nor a path");
    }
    return files.read(new Annotation(path, path, 0, 0, 0));
  }

  @Override
  public void close() throws IOException {
    table.close();
  }
}

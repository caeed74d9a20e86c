package longtail.dataset.format;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import longtail.dataset.AnnotatedSet;
import longtail.dataset.Annotation;
import longtail.dataset.ImageCollection;
import longtail.dataset.format.ParquetColumns.Kind;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.MessageType;

/**
 * Parquet tables of images: a file, a directory of them, or a pattern. Only the columns of the
 * classes (and of paths) are read here; {@link TableImages} reads images that lie in the table. The
 * image id is the number of images before it.
 */
final class ParquetTable {
  static final List<String> ENDINGS = List.of(".parquet", ".parq", ".pq");

  private final ImageCollection collection;
  private final AnnotationCollector collector;
  private final LabelledImages images;
  private List<String> classNames = List.of();

  private ParquetTable(ImageCollection collection) {
    this.collection = collection;
    collector = new AnnotationCollector(collection.annotations());
    images = new LabelledImages(collector);
  }

  static AnnotatedSet read(ImageCollection collection, Configuration conf) {
    ParquetTable table = new ParquetTable(collection);
    SourceFiles files = SourceFiles.of(collection.annotations(), ENDINGS, table.collector, conf);
    for (String name : files.names()) {
      try (ParquetRows rows = ParquetRows.open(files.path(name), conf)) {
        table.add(name, rows);
      } catch (IOException e) {
        throw AnnotationCollector.unreadable(files.path(name).toString(), e);
      } catch (UncheckedIOException e) {
        throw AnnotationCollector.unreadable(files.path(name).toString(), e.getCause());
      }
    }
    return table.build();
  }

  private AnnotatedSet build() {
    return classNames.isEmpty()
        ? images.build(collection.statedClasses())
        : images.build(classNames);
  }

  private void add(String name, ParquetRows rows) throws IOException {
    ParquetColumns columns = ParquetColumns.of(rows.schema(), collection.fields(), collector);
    if (classNames.isEmpty()) {
      classNames = columns.classNames(rows.notes().get("huggingface"));
    }
    MessageType needed = columns.annotations();
    long row = 0;
    for (int rowGroup = 0; rowGroup < rows.rowGroups(); rowGroup++) {
      Iterator<Group> groups = rows.rows(rowGroup, needed);
      while (groups.hasNext()) {
        add(name, row++, groups.next(), columns);
      }
    }
  }

  private void add(String name, long row, Group group, ParquetColumns columns) {
    String stated = columns.path(group);
    String path = columns.kind() == Kind.PATHS ? stated : TablePlace.path(name, row, stated);
    String id = Integer.toString(images.size());
    images.add(
        "%s, row %d".formatted(name, row),
        new Annotation(id, path, 0, 0, 0, columns.group(group)),
        columns.label(group));
  }
}

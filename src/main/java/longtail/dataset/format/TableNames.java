package longtail.dataset.format;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import longtail.dataset.AnnotationFields;
import longtail.dataset.format.ParquetColumns.Kind;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/**
 * What the images of a Parquet table are called, of a table that need not have classes.
 *
 * @param place whether the rows hold the images or only their paths
 * @param names of the images row by row; empty where a row does not say it
 */
public record TableNames(Place place, List<String> names) {
  /** Where the images of a table are. */
  public enum Place {
    /** In the table itself. */
    ROWS,
    /** In files of their own. */
    FILES
  }

  /**
   * Reads the names in {@code file}, without the bytes of its images.
   *
   * @throws IOException if it is no Parquet file, or is damaged
   * @throws longtail.LongTailException (DATA) if it has no column of images
   */
  public static TableNames read(Path file, Configuration conf) throws IOException {
    List<String> names = new ArrayList<>();
    try (ParquetRows rows = ParquetRows.open(file, conf)) {
      ParquetColumns columns =
          ParquetColumns.unlabelled(
              rows.schema(), AnnotationFields.USUAL, new AnnotationCollector(file.toString()));
      Optional<Type> beside = columns.kind() == Kind.BYTES ? path(rows.schema()) : Optional.empty();
      MessageType needed =
          beside.map(path -> new MessageType("names", path)).orElseGet(columns::annotations);
      for (int rowGroup = 0; rowGroup < rows.rowGroups(); rowGroup++) {
        if (needed.getFieldCount() == 0) {
          names.addAll(Collections.nCopies(Math.toIntExact(rows.rows(rowGroup)), ""));
          continue;
        }
        Iterator<Group> groups = rows.rows(rowGroup, needed);
        while (groups.hasNext()) {
          Group row = groups.next();
          names.add(
              beside.map(path -> text(row, path.getName())).orElseGet(() -> columns.path(row)));
        }
      }
      return new TableNames(
          columns.kind() == Kind.PATHS ? Place.FILES : Place.ROWS, List.copyOf(names));
    } catch (UncheckedIOException damaged) {
      throw damaged.getCause();
    }
  }

  private static String text(Group row, String column) {
    return row.getFieldRepetitionCount(column) == 0 ? "" : row.getString(column, 0);
  }

  /** A column of text that is called as paths usually are. */
  private static Optional<Type> path(MessageType schema) {
    return schema.getFields().stream()
        .filter(
            field ->
                ColumnChoice.IMAGES.contains(field.getName().toLowerCase(Locale.ROOT))
                    && field.getLogicalTypeAnnotation()
                        instanceof LogicalTypeAnnotation.StringLogicalTypeAnnotation
                    && !field.isRepetition(Type.Repetition.REPEATED))
        .findFirst();
  }
}

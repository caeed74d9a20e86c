package longtail.spark.predict;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.format.TableNames;
import longtail.dataset.format.TarMembers;
import longtail.spark.job.JobFailures;
import longtail.storage.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;

/** The images within tar files or Parquet tables, listed by the executors, a file at a time. */
public final class ContainerContents {
  private ContainerContents() {}

  /** The images of a table, by the place that they have. */
  public record Table(TableNames.Place place, List<ImageReference> images) implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  /**
   * The images of {@code tars}, sorted by name: the path of the tar file, then that of the image in
   * it; of a single tar file only the latter.
   *
   * @throws LongTailException (DATA) if one is no tar file
   */
  static ImageList ofTars(JavaSparkContext spark, String root, List<ImageReference> tars) {
    boolean single = tars.size() == 1;
    List<ImageReference> images = new ArrayList<>();
    list(spark, tars, (tar, conf) -> members(root, tar, single ? "" : tar.name() + "/", conf))
        .forEach(images::addAll);
    images.sort(Comparator.comparing(ImageReference::name));
    return new ImageList(new ImageLocation.Tars(root), images, List.of());
  }

  private static List<ImageReference> members(
      String root, ImageReference tar, String prefix, Configuration conf) throws IOException {
    Path path = FileSystems.resolve(root, tar.file());
    try (TarMembers members = TarMembers.open(path, conf)) {
      return new ArrayList<>(
          members.list().stream()
              .map(
                  member ->
                      new ImageReference(
                          prefix + member.name(),
                          tar.file(),
                          member.offset(),
                          member.length(),
                          tar.modified()))
              .toList());
    }
  }

  /**
   * The images of {@code tables}: those that lie in rows in the order of the rows, those that rows
   * only name sorted by name.
   *
   * @throws LongTailException (DATA) if one is no table of images, or they are not all alike
   */
  static ImageList ofTables(JavaSparkContext spark, String root, List<ImageReference> tables) {
    List<ImageReference> sorted =
        tables.stream().sorted(Comparator.comparing(ImageReference::name)).toList();
    List<Table> read = list(spark, sorted, (table, conf) -> rows(root, table, conf));
    Set<TableNames.Place> places = new HashSet<>();
    List<ImageReference> images = new ArrayList<>();
    for (Table table : read) {
      places.add(table.place());
      images.addAll(table.images());
    }
    if (places.size() > 1) {
      throw new LongTailException(
          ErrorCode.DATA,
          "looking for images in %s: some tables hold images and others their paths; give one kind at a time"
              .formatted(root));
    }
    if (places.contains(TableNames.Place.ROWS)) {
      return new ImageList(new ImageLocation.Tables(root), images, List.of());
    }
    images.sort(Comparator.comparing(ImageReference::name));
    return new ImageList(new ImageLocation.Files(root), images, List.of());
  }

  private static Table rows(String root, ImageReference table, Configuration conf)
      throws IOException {
    TableNames named = TableNames.read(FileSystems.resolve(root, table.file()), conf);
    List<ImageReference> images = new ArrayList<>();
    for (String name : named.names()) {
      images.add(
          named.place() == TableNames.Place.FILES
              ? ImageReference.file(name, 0, 0)
              : new ImageReference(
                  name.isEmpty() ? table.name() + "#" + images.size() : name,
                  table.file(),
                  images.size(),
                  0,
                  table.modified()));
    }
    return new Table(named.place(), images);
  }

  /** What lists one file. */
  private interface Listing<T> extends Serializable {
    T of(ImageReference file, Configuration conf) throws IOException;
  }

  private static <T> List<T> list(
      JavaSparkContext spark, List<ImageReference> files, Listing<T> listing) {
    SerializableConfiguration hadoop = new SerializableConfiguration(spark.hadoopConfiguration());
    spark.sc().setJobDescription("list the images in %d files".formatted(files.size()));
    try {
      return JobFailures.unwrap(
          () ->
              spark
                  .parallelize(files, files.size())
                  .map(file -> listed(file, listing, hadoop.value()))
                  .collect());
    } finally {
      spark.sc().setJobDescription(null);
    }
  }

  private static <T> T listed(ImageReference file, Listing<T> listing, Configuration conf) {
    try {
      return listing.of(file, conf);
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.DATA, "looking for images in %s: %s".formatted(file.name(), e.getMessage()), e);
    }
  }
}

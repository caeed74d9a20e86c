package longtail.dataset.format;

import java.io.IOException;
import longtail.dataset.AnnotatedSet;
import longtail.dataset.FileSystems;
import longtail.dataset.GroupPattern;
import longtail.dataset.ImageCollection;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;

/** The one entry to the readers of every annotation format. */
public final class Annotations {
  private Annotations() {}

  /**
   * Reads the annotations of {@code collection}, checking every record. What is legal but seldom
   * meant is noted in the set.
   *
   * @return the images in the order of the file, with unique ids and labels in range
   * @throws longtail.LongTailException with code DATA, naming file, line or index and reason, if a
   *     record is damaged; with code CONFIG if there are images of classes that are not among those
   *     of the collection
   */
  public static AnnotatedSet read(ImageCollection collection, Configuration conf) {
    AnnotatedSet set = readAll(collection, conf);
    requireNameable(set, collection, conf);
    if (!collection.classNames().isEmpty()) {
      set = set.underClasses(collection.classNames(), "the images", "the list of classes");
    }
    set = set.withNotes(LabelNotes.of(set));
    String groups = collection.fields().groupPattern();
    return groups.isEmpty() ? set : GroupPattern.of(groups).group(set);
  }

  private static void requireNameable(
      AnnotatedSet set, ImageCollection collection, Configuration conf) {
    boolean files =
        switch (collection.format()) {
          case CIFAR, WEBDATASET -> false;
          case INAT, LONGTAIL, LIST, FOLDER, CSV, PARQUET -> true;
        };
    if (files && !collection.images().isEmpty()) {
      try {
        FileSystem system = FileSystems.of(FileSystems.path(collection.images()), conf);
        set.annotations().forEach(image -> FileSystems.requireNameable(system, image.path()));
      } catch (IOException e) {
        throw AnnotationCollector.unreadable(collection.images(), e);
      }
    }
  }

  private static AnnotatedSet readAll(ImageCollection collection, Configuration conf) {
    return switch (collection.format()) {
      case INAT -> InatJson.read(collection, conf);
      case LONGTAIL -> LongTailJson.read(collection, conf);
      case LIST -> ListFile.read(collection, conf);
      case CIFAR -> CifarSource.annotations(collection, conf);
      case FOLDER -> ClassFolders.read(collection, conf);
      case CSV -> CsvTable.read(collection, conf);
      case PARQUET -> ParquetTable.read(collection, conf);
      case WEBDATASET -> WebDatasetTars.read(collection, conf);
    };
  }
}

package longtail.dataset.format;

import longtail.dataset.AnnotatedSet;
import longtail.dataset.ImageCollection;
import org.apache.hadoop.conf.Configuration;

/** The one entry to the readers of every annotation format. */
public final class Annotations {
  private Annotations() {}

  /**
   * Reads the annotations of {@code collection}, checking every record.
   *
   * @return the images in the order of the file, with unique ids and labels in range
   * @throws longtail.LongTailException with code DATA, naming file, line or index and reason, if a
   *     record is damaged
   */
  public static AnnotatedSet read(ImageCollection collection, Configuration conf) {
    return switch (collection.format()) {
      case INAT -> InatJson.read(collection, conf);
      case LONGTAIL -> LongTailJson.read(collection, conf);
      case LIST -> ListFile.read(collection, conf);
      case CIFAR -> CifarSource.annotations(collection, conf);
      case FOLDER -> ClassFolders.read(collection, conf);
    };
  }
}

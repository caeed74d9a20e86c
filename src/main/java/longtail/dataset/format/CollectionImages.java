package longtail.dataset.format;

import java.io.Closeable;
import java.io.IOException;
import longtail.dataset.Annotation;
import longtail.dataset.ImageCollection;
import longtail.dataset.ImageContent;
import org.apache.hadoop.conf.Configuration;

/**
 * The images of a collection, one by one. Sources of files are safe for use by several threads, as
 * is the source of a CIFAR archive, which keeps the pixels of its split in memory (150 MB of
 * training images).
 */
public interface CollectionImages extends Closeable {

  /**
   * Opens the images of {@code collection}, which do not lie in tables ({@link TableImages}).
   *
   * @throws longtail.LongTailException with code DATA if a CIFAR archive cannot be read
   */
  static CollectionImages open(ImageCollection collection, Configuration conf) {
    return switch (collection.format()) {
      case CIFAR -> CifarSource.open(collection, conf);
      case WEBDATASET -> TarImages.open(collection, conf);
      case INAT, LONGTAIL, LIST, FOLDER, CSV, PARQUET -> FileSource.of(collection.images(), conf);
    };
  }

  /**
   * The image of {@code annotation}.
   *
   * @throws longtail.dataset.StorageException if the storage failed, so that another attempt may
   *     succeed
   * @throws IOException if the image is missing or damaged; the message names its path
   */
  ImageContent read(Annotation annotation) throws IOException;

  /**
   * Whether there is an image of {@code annotation}, damaged or not.
   *
   * @throws longtail.dataset.StorageException if the storage does not say
   */
  boolean contains(Annotation annotation) throws IOException;
}

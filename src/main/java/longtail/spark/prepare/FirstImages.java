package longtail.spark.prepare;

import java.io.IOException;
import java.util.List;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.AnnotatedSet;
import longtail.dataset.Annotation;
import longtail.dataset.ImageCollection;
import longtail.dataset.format.CollectionImages;
import longtail.storage.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** A look at the first images of a collection before a job begins: a wrong directory has none. */
final class FirstImages {
  /** So many; the first one that is there ends the search. */
  private static final int SAMPLE = 32;

  private FirstImages() {}

  /**
   * Checks that at least one of the first images is there.
   *
   * @throws LongTailException (DATA) naming the image directory if all of them are missing
   */
  static void requireSome(ImageCollection collection, AnnotatedSet set, Configuration conf) {
    List<Annotation> sample = set.annotations().stream().limit(SAMPLE).toList();
    try (CollectionImages images = CollectionImages.open(collection, conf)) {
      for (Annotation image : sample) {
        if (StorageRetries.USUAL.call(() -> images.contains(image))) {
          return;
        }
      }
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.DATA, "Looking for the images failed: " + e.getMessage(), e);
    }
    String first = sample.get(0).path();
    throw new LongTailException(
        ErrorCode.DATA,
        "None of the first %d images is there, such as %s: --images %s is not the directory that their paths are relative to, or not mounted%s"
            .formatted(
                sample.size(),
                FileSystems.resolve(collection.images(), first),
                collection.images(),
                suggestion(collection, sample.get(0), conf)));
  }

  /** The directory above the named one, if it has the first image. */
  private static String suggestion(
      ImageCollection collection, Annotation image, Configuration conf) {
    Path above = FileSystems.path(collection.images()).getParent();
    if (above == null) {
      return "";
    }
    ImageCollection other = collection.withImages(above.toString());
    try (CollectionImages images = CollectionImages.open(other, conf)) {
      return images.contains(image) ? "; it is there with --images " + above : "";
    } catch (IOException e) {
      return "";
    }
  }
}

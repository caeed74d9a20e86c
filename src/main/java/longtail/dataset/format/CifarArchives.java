package longtail.dataset.format;

import java.io.IOException;
import java.lang.ref.SoftReference;
import longtail.dataset.ImageCollection;
import longtail.storage.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;

/**
 * The archive that this process has read last, shared by all who open it as long as memory allows:
 * the tasks of a preparation read a packed archive once, not once for each shard.
 */
final class CifarArchives {
  private record Key(Path path, long modified, long length, String split) {}

  private static Key lastKey;
  private static SoftReference<CifarArchive> last = new SoftReference<>(null);

  private CifarArchives() {}

  /** The archive of {@code collection}; directories are read anew each time. */
  static synchronized CifarArchive open(ImageCollection collection, Configuration conf) {
    Path path = FileSystems.path(collection.annotations());
    try {
      FileStatus status = FileSystems.of(path, conf).getFileStatus(path);
      Key key =
          new Key(
              status.getPath(), status.getModificationTime(), status.getLen(), collection.split());
      CifarArchive known = key.equals(lastKey) ? last.get() : null;
      if (known != null && status.isFile()) {
        return known;
      }
      last.clear();
      CifarArchive archive = CifarArchive.load(collection, conf);
      lastKey = key;
      last = new SoftReference<>(archive);
      return archive;
    } catch (IOException e) {
      throw AnnotationCollector.unreadable(path.toString(), e);
    }
  }
}

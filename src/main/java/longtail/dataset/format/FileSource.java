package longtail.dataset.format;

import java.io.IOException;
import java.io.InputStream;
import longtail.dataset.Annotation;
import longtail.dataset.ImageContent;
import longtail.storage.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Images that lie in files of their own. */
final class FileSource implements CollectionImages {
  private final String root;
  private final Configuration conf;

  private FileSource(String root, Configuration conf) {
    this.root = root;
    this.conf = conf;
  }

  static FileSource of(String root, Configuration conf) {
    return new FileSource(root, conf);
  }

  @Override
  public ImageContent read(Annotation annotation) throws IOException {
    try {
      Path path = FileSystems.resolve(root, annotation.path());
      FileSystem files = FileSystems.of(path, conf);
      FileSystems.requireNameable(files, annotation.path());
      try (InputStream in = files.open(path)) {
        return new ImageContent.Encoded(in.readAllBytes());
      }
    } catch (IOException | IllegalArgumentException | FSError e) {
      // FSError is how Hadoop reports a failing local disk, IllegalArgumentException a path that
      // is none
      throw new IOException(
          "cannot read the image " + annotation.path() + " in " + root + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {}
}

package longtail.dataset;

import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Images that lie in files of their own. */
final class FileSource implements ImageSource {
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
    Path path = FileSystems.resolve(root, annotation.path());
    try (InputStream in = FileSystems.of(path, conf).open(path)) {
      return new ImageContent.Encoded(in.readAllBytes());
    } catch (IOException e) {
      throw new IOException("cannot read the image " + path + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {}
}

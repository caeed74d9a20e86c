package longtail.spark.predict;

import java.io.IOException;
import longtail.dataset.format.TarMembers;
import longtail.storage.FileSystems;
import org.apache.hadoop.conf.Configuration;

/** Images within tar files; the tar file that was read last stays open. */
final class TarFetcher implements ImageFetcher {
  private final String root;
  private final Configuration conf;
  private String file = "";
  private TarMembers tar;

  TarFetcher(String root, Configuration conf) {
    this.root = root;
    this.conf = conf;
  }

  @Override
  public byte[] fetch(ImageReference image) throws IOException {
    if (!image.file().equals(file)) {
      close();
      tar = TarMembers.open(FileSystems.resolve(root, image.file()), conf);
      file = image.file();
    }
    return tar.read(image.position(), image.length());
  }

  @Override
  public void close() throws IOException {
    if (tar != null) {
      tar.close();
      tar = null;
      file = "";
    }
  }
}

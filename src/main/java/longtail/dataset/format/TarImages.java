package longtail.dataset.format;

import java.io.EOFException;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import longtail.dataset.Annotation;
import longtail.dataset.ImageCollection;
import longtail.dataset.ImageContent;
import longtail.dataset.StorageException;
import longtail.storage.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.Path;

/** Images within tar files, read where they lie. */
final class TarImages implements CollectionImages {
  private static final Pattern PLACE =
      Pattern.compile("(.*?\\.tar)/(.*)#([0-9]+)\\+([0-9]+)", Pattern.DOTALL);

  private final String directory;
  private final Configuration conf;

  private TarImages(String directory, Configuration conf) {
    this.directory = directory;
    this.conf = conf;
  }

  static TarImages open(ImageCollection collection, Configuration conf) {
    SourceFiles tars =
        SourceFiles.of(
            collection.annotations(),
            WebDatasetTars.ENDINGS,
            new AnnotationCollector(collection.annotations()),
            conf);
    return new TarImages(tars.directory(), conf);
  }

  /** The path of an image in annotations: its file, its name in it, and where its bytes lie. */
  static String path(String tar, String name, long offset, long length) {
    return "%s/%s#%d+%d".formatted(tar, name, offset, length);
  }

  @Override
  public ImageContent read(Annotation annotation) throws IOException {
    Matcher place = PLACE.matcher(annotation.path());
    if (!place.matches()) {
      throw new IOException("no place in a tar file: " + annotation.path());
    }
    Path tar = FileSystems.resolve(directory, place.group(1));
    try (FSDataInputStream in = FileSystems.of(tar, conf).open(tar)) {
      byte[] bytes = new byte[Integer.parseInt(place.group(4))];
      in.readFully(Long.parseLong(place.group(3)), bytes);
      return new ImageContent.Encoded(bytes);
    } catch (EOFException e) {
      throw new IOException("truncated: %s ends before %s does".formatted(tar, place.group(2)), e);
    } catch (IOException | FSError e) {
      throw new StorageException(
          "cannot read the image %s in %s: %s".formatted(place.group(2), tar, e.getMessage()), e);
    }
  }

  @Override
  public boolean contains(Annotation annotation) {
    return true;
  }

  @Override
  public void close() {}
}

package longtail.spark.predict;

import java.io.IOException;
import longtail.dataset.Annotation;
import longtail.dataset.AnnotationFormat;
import longtail.dataset.ImageCollection;
import longtail.dataset.ImageContent;
import longtail.dataset.format.CollectionImages;
import org.apache.hadoop.conf.Configuration;

/** Images that are files of their own, read as preparation reads them. */
record FileFetcher(CollectionImages images) implements ImageFetcher {
  /** Files below {@code root}, and others by absolute paths. */
  static FileFetcher below(String root, Configuration conf) {
    return new FileFetcher(
        CollectionImages.open(ImageCollection.of(AnnotationFormat.FOLDER, "", root, ""), conf));
  }

  @Override
  public byte[] fetch(ImageReference image) throws IOException {
    ImageContent content = images.read(new Annotation(image.name(), image.file(), 0, 0, 0));
    if (content instanceof ImageContent.Encoded file) {
      return file.bytes();
    }
    throw new IOException("%s is no image file".formatted(image.file()));
  }

  @Override
  public void close() throws IOException {
    images.close();
  }
}

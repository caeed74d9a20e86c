package longtail.dataset.format;

import java.util.stream.IntStream;
import longtail.dataset.AnnotatedSet;
import longtail.dataset.Annotation;
import longtail.dataset.ImageCollection;
import longtail.dataset.ImageContent;
import org.apache.hadoop.conf.Configuration;

/** The 32x32 images of a CIFAR archive, held in memory. Image ids are {@code <split>-<index>}. */
final class CifarSource implements CollectionImages {
  static final int SIDE = 32;
  private static final int PLANE = SIDE * SIDE;

  private final CifarArchive archive;

  private CifarSource(CifarArchive archive) {
    this.archive = archive;
  }

  static CifarSource open(ImageCollection collection, Configuration conf) {
    return new CifarSource(CifarArchives.open(collection, conf));
  }

  static AnnotatedSet annotations(ImageCollection collection, Configuration conf) {
    CifarArchive archive = CifarArchives.open(collection, conf);
    AnnotationCollector collector = new AnnotationCollector(collection.annotations());
    for (int i = 0; i < archive.size(); i++) {
      String id = collection.split() + "-" + i;
      collector.add(
          "image " + i, new Annotation(id, Integer.toString(i), archive.label(i), SIDE, SIDE));
    }
    return collector.build(archive.classNames());
  }

  @Override
  public ImageContent read(Annotation annotation) {
    byte[] planes = archive.planes(Integer.parseInt(annotation.path()));
    byte[] rgb = new byte[planes.length];
    IntStream.range(0, PLANE)
        .forEach(
            p -> {
              rgb[3 * p] = planes[p];
              rgb[3 * p + 1] = planes[PLANE + p];
              rgb[3 * p + 2] = planes[2 * PLANE + p];
            });
    return new ImageContent.Pixels(SIDE, SIDE, rgb);
  }

  @Override
  public boolean contains(Annotation annotation) {
    return true;
  }

  @Override
  public void close() {}
}

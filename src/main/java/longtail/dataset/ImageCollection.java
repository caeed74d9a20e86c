package longtail.dataset;

import java.io.Serializable;
import org.apache.hadoop.conf.Configuration;

/**
 * Where one split of an annotated image collection lies. Paths are of any Hadoop file system.
 *
 * @param format how it is annotated
 * @param annotations the annotation file (gzip by its extension); of {@code CIFAR} the archive or
 *     the directory it was extracted to; of {@code FOLDER} not used
 * @param images the directory that image paths are relative to; of {@code FOLDER} the directory
 *     that holds the class folders; of {@code CIFAR} not used
 * @param split name of the split; {@code CIFAR} archives hold {@code train} and {@code test}
 * @param classes number of classes where the annotations do not say it; 0 = derive it from them
 */
public record ImageCollection(
    AnnotationFormat format, String annotations, String images, String split, int classes)
    implements Serializable {

  /** Checks the number of classes. */
  public ImageCollection {
    if (classes < 0) {
      throw new IllegalArgumentException("classes must not be negative, was " + classes);
    }
  }

  /** A collection whose number of classes is derived from its annotations. */
  public static ImageCollection of(
      AnnotationFormat format, String annotations, String images, String split) {
    return new ImageCollection(format, annotations, images, split, 0);
  }

  /** The same collection with paths that mean the same in every process. */
  public ImageCollection qualified(Configuration conf) {
    return new ImageCollection(
        format,
        annotations.isEmpty() ? "" : FileSystems.qualified(annotations, conf),
        images.isEmpty() ? "" : FileSystems.qualified(images, conf),
        split,
        classes);
  }
}

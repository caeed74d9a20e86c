package longtail.dataset;

import java.io.Serializable;
import java.util.List;
import longtail.storage.FileSystems;
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
 * @param classNames the classes among which those of the annotations are found, by their names, or
 *     by their numbers where the annotations have no names; empty = those of the annotations
 * @param fields which fields of a table or of JSON are read
 */
public record ImageCollection(
    AnnotationFormat format,
    String annotations,
    String images,
    String split,
    int classes,
    List<String> classNames,
    AnnotationFields fields)
    implements Serializable {

  /**
   * More classes than any collection has; the head of a network holds a row of numbers for each.
   */
  private static final int MOST_CLASSES = 1_000_000;

  /** Checks the number of classes. */
  public ImageCollection {
    if (classes < 0) {
      throw new IllegalArgumentException("classes must not be negative, was " + classes);
    }
    if (classes > MOST_CLASSES) {
      throw new IllegalArgumentException(
          "the number of classes must be at most %d, was %d".formatted(MOST_CLASSES, classes));
    }
    classNames = List.copyOf(classNames);
  }

  /** A collection of {@code classes} classes where its annotations do not say it. */
  public ImageCollection(
      AnnotationFormat format, String annotations, String images, String split, int classes) {
    this(format, annotations, images, split, classes, List.of(), AnnotationFields.USUAL);
  }

  /** The number of classes that is known without the annotations; 0 = it is not. */
  public int statedClasses() {
    return classNames.isEmpty() ? classes : classNames.size();
  }

  /** The same images among the classes {@code names}. */
  public ImageCollection withClassNames(List<String> names) {
    return new ImageCollection(format, annotations, images, split, classes, names, fields);
  }

  /** The same images of {@code number} classes where the annotations do not say it. */
  public ImageCollection withClasses(int number) {
    return new ImageCollection(format, annotations, images, split, number, classNames, fields);
  }

  /** The same annotations of images below {@code directory}. */
  public ImageCollection withImages(String directory) {
    return new ImageCollection(format, annotations, directory, split, classes, classNames, fields);
  }

  /** The same collection, of whose annotation file {@code named} fields are read. */
  public ImageCollection withFields(AnnotationFields named) {
    return new ImageCollection(format, annotations, images, split, classes, classNames, named);
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
        classes,
        classNames,
        fields);
  }
}

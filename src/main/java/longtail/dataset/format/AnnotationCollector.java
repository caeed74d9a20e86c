package longtail.dataset.format;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.AnnotatedSet;
import longtail.dataset.Annotation;

/** Gathers the records of one annotation file and refuses the bad ones. */
final class AnnotationCollector {
  private final String file;
  private final List<Annotation> annotations = new ArrayList<>();
  private final Set<String> ids = new HashSet<>();
  private int largestLabel = -1;

  /** Of the annotation file {@code file}, as errors name it. */
  AnnotationCollector(String file) {
    this.file = file;
  }

  /**
   * Adds one record.
   *
   * @param place where in the file it stands, such as {@code line 7} or {@code annotations[6]}
   */
  void add(String place, Annotation annotation) {
    if (annotation.imageId().isBlank()) {
      throw bad(place, "the image id is empty");
    }
    if (annotation.path().isBlank()) {
      throw bad(place, "the path of the image is empty");
    }
    if (annotation.label() < 0) {
      throw bad(place, "the class must not be negative, was " + annotation.label());
    }
    if (annotation.height() < 0 || annotation.width() < 0) {
      throw bad(
          place,
          "height and width must not be negative, were "
              + annotation.height()
              + " and "
              + annotation.width());
    }
    if (!ids.add(annotation.imageId())) {
      throw bad(place, "the image id '" + annotation.imageId() + "' occurs a second time");
    }
    largestLabel = Math.max(largestLabel, annotation.label());
    annotations.add(annotation);
  }

  /** The set; {@code classes} = 0 derives the number of classes from the largest label. */
  AnnotatedSet build(int classes) {
    int number = classes == 0 ? largestLabel + 1 : classes;
    return build(IntStream.range(0, number).mapToObj(Integer::toString).toList());
  }

  /** The set with the given names of its classes. */
  AnnotatedSet build(List<String> classNames) {
    if (annotations.isEmpty()) {
      throw new LongTailException(
          ErrorCode.DATA, "Reading " + file + ": it holds no image. Check the path and the format");
    }
    if (largestLabel >= classNames.size()) {
      int position = firstBeyond(classNames.size());
      Annotation annotation = annotations.get(position);
      throw bad(
          "image " + position + " ('" + annotation.imageId() + "')",
          "the class must be below the number of classes "
              + classNames.size()
              + ", was "
              + annotation.label());
    }
    return new AnnotatedSet(annotations, classNames);
  }

  private int firstBeyond(int classes) {
    return IntStream.range(0, annotations.size())
        .filter(i -> annotations.get(i).label() >= classes)
        .findFirst()
        .orElseThrow();
  }

  /** Number of records so far. */
  int size() {
    return annotations.size();
  }

  /** The error of a bad record. */
  LongTailException bad(String place, String reason) {
    return new LongTailException(ErrorCode.DATA, "Reading " + file + ", " + place + ": " + reason);
  }

  /** The error of a file that cannot be read to its end. */
  static LongTailException unreadable(String file, IOException cause) {
    return new LongTailException(
        ErrorCode.DATA, "Reading " + file + " failed: " + cause.getMessage(), cause);
  }
}

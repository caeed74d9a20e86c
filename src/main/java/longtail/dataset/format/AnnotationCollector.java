package longtail.dataset.format;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.Quantity;
import longtail.dataset.AnnotatedSet;
import longtail.dataset.Annotation;
import longtail.dataset.ClassMapping;

/** Gathers the records of one annotation file and refuses the bad ones. */
final class AnnotationCollector {
  /** So many times as many classes as images cannot be meant. */
  private static final long MOST_CLASSES_PER_IMAGE = 10;

  private final String file;
  private final List<Annotation> annotations = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final Set<String> ids = new HashSet<>();
  private int largestLabel = -1;
  private String largestPlace = "";

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
    if (annotation.label() > largestLabel) {
      largestLabel = annotation.label();
      largestPlace = "%s (%s)".formatted(place, annotation.path());
    }
    annotations.add(annotation);
  }

  /** Adds what the user should know of the set. */
  void note(String note) {
    notes.add(note);
  }

  /**
   * The set of classes without names.
   *
   * @param classes their number as the user or the file states it; 0 = derive it from the largest
   *     label
   */
  AnnotatedSet build(int classes) {
    requireImages();
    if (classes == 0 && largestLabel >= MOST_CLASSES_PER_IMAGE * annotations.size()) {
      throw implausible(largestPlace, Integer.toString(largestLabel));
    }
    return build(ClassMapping.numbers(classes == 0 ? largestLabel + 1 : classes));
  }

  /** The set with the given names of its classes. */
  AnnotatedSet build(List<String> classNames) {
    requireImages();
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
    return new AnnotatedSet(annotations, classNames, notes);
  }

  private void requireImages() {
    if (annotations.isEmpty()) {
      throw new LongTailException(
          ErrorCode.DATA, "Reading " + file + ": it holds no image. Check the path and the format");
    }
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

  /**
   * Checks a number of classes that the file states itself.
   *
   * @param images number of its images
   * @throws LongTailException (DATA) if there cannot be that many
   */
  void requirePlausible(String place, int classes, int images) {
    if (images > 0 && classes > MOST_CLASSES_PER_IMAGE * images) {
      throw bad(
          place,
          "%s of %s cannot be meant; correct it, or say how many classes there are with --class-count"
              .formatted(Quantity.of(classes, "class"), Quantity.of(images, "image")));
    }
  }

  /** The error of a record whose label is far beyond the number of images. */
  LongTailException implausible(String place, String label) {
    return bad(
        place,
        "the label %s would be one of more classes than there can be images for; correct it, or say how many classes there are with --class-count"
            .formatted(label));
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

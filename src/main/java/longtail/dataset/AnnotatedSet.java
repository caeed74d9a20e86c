package longtail.dataset;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import longtail.storage.Digests;

/**
 * The annotations of one split, in the order of their file, and the names of its classes.
 *
 * @param annotations one per image, ids unique, labels in {@code [0, classes)}
 * @param classNames one name per class; the class index as text where the source has no names
 * @param notes what the user should know of the annotations, one sentence each
 */
public record AnnotatedSet(
    List<Annotation> annotations, List<String> classNames, List<String> notes)
    implements Serializable {

  /** Keeps unmodifiable copies. */
  public AnnotatedSet {
    annotations = List.copyOf(annotations);
    classNames = List.copyOf(classNames);
    notes = List.copyOf(notes);
  }

  /** A set of which there is nothing to note. */
  public AnnotatedSet(List<Annotation> annotations, List<String> classNames) {
    this(annotations, classNames, List.of());
  }

  /** The same images with other notes. */
  public AnnotatedSet withNotes(List<String> others) {
    return new AnnotatedSet(annotations, classNames, others);
  }

  /**
   * The same images under the classes {@code known}, see {@link ClassMapping}.
   *
   * @param set what these annotations are, in messages
   * @param owner who knows those classes, in messages
   * @throws longtail.LongTailException (CONFIG) naming the classes that are not among {@code known}
   */
  public AnnotatedSet underClasses(List<String> known, String set, String owner) {
    int[] labels = ClassMapping.of(classNames, known).apply(labels(), set, owner);
    List<Annotation> mapped = new ArrayList<>(labels.length);
    for (int i = 0; i < labels.length; i++) {
      mapped.add(annotations.get(i).withLabel(labels[i]));
    }
    return new AnnotatedSet(mapped, known, notes);
  }

  /** Number of images. */
  public int size() {
    return annotations.size();
  }

  /** Number of classes, those without an image included. */
  public int classes() {
    return classNames.size();
  }

  /** The class of each image, {@code [size]}. */
  public int[] labels() {
    return annotations.stream().mapToInt(Annotation::label).toArray();
  }

  /** Images per class. */
  public ClassCounts counts() {
    return ClassCounts.ofLabels(labels(), classes());
  }

  /** The images at {@code positions}, in that order, with all class names. */
  public AnnotatedSet select(int[] positions) {
    List<Annotation> selected = new ArrayList<>(positions.length);
    for (int position : positions) {
      selected.add(annotations.get(position));
    }
    return new AnnotatedSet(selected, classNames, notes);
  }

  /** Digest (SHA-256, hexadecimal) of every annotation and class name. */
  public String fingerprint() {
    MessageDigest digest = Digests.sha256();
    classNames.forEach(name -> update(digest, name));
    for (Annotation a : annotations) {
      update(digest, a.imageId());
      update(digest, a.path());
      update(digest, Integer.toString(a.label()));
    }
    return Digests.hex(digest);
  }

  private static void update(MessageDigest digest, String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
  }
}

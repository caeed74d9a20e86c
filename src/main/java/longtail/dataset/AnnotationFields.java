package longtail.dataset;

import java.io.Serializable;

/**
 * Which fields of an annotation file are read: columns of a table, or keys of JSON.
 *
 * @param image the image or its path; empty = the first of the usual names
 * @param label the class; empty = the first of the usual names
 * @param group what images of one origin share, such as the track of a frame; empty = nothing
 * @param groupPattern regular expression of the part of a path that they share; empty = nothing
 * @param several what several annotations of one image mean
 */
public record AnnotationFields(
    String image, String label, String group, String groupPattern, SeveralAnnotations several)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** What is read when nothing is said. */
  public static final AnnotationFields USUAL =
      new AnnotationFields("", "", "", SeveralAnnotations.REFUSE);

  /** Checks the pattern, and that groups are said in one way. */
  public AnnotationFields {
    if (!group.isEmpty() && !groupPattern.isEmpty()) {
      throw new IllegalArgumentException(
          "groups are told by a column or by a pattern, not by both; leave out one of the two");
    }
    GroupPattern.of(groupPattern);
  }

  /** Fields of a file whose paths say nothing of groups. */
  public AnnotationFields(String image, String label, String group, SeveralAnnotations several) {
    this(image, label, group, "", several);
  }
}

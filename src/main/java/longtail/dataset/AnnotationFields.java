package longtail.dataset;

import java.io.Serializable;

/**
 * Which fields of an annotation file are read: columns of a table, or keys of JSON.
 *
 * @param image the image or its path; empty = the first of the usual names
 * @param label the class; empty = the first of the usual names
 * @param group what images of one origin share, such as the track of a frame; empty = nothing
 * @param several what several annotations of one image mean
 */
public record AnnotationFields(String image, String label, String group, SeveralAnnotations several)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** What is read when nothing is said. */
  public static final AnnotationFields USUAL =
      new AnnotationFields("", "", "", SeveralAnnotations.REFUSE);
}

package longtail.dataset;

/** What annotations of several classes mean that one image has. */
public enum SeveralAnnotations {
  /** An error that names the image. */
  REFUSE,
  /** The image has the class of the annotation with the largest box. */
  LARGEST
}

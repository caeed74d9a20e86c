package longtail.dataset;

import java.io.Serializable;

/**
 * One image and its class.
 *
 * @param imageId identifier, unique in its set
 * @param path where the image lies, relative to the image root of its collection, or absolute
 * @param label class index in {@code [0, classes)}
 * @param height height in pixels as the annotations state it; 0 = unknown
 * @param width width in pixels as the annotations state it; 0 = unknown
 * @param group what images of one origin share, such as the track of a frame; empty = it has none
 */
public record Annotation(
    String imageId, String path, int label, int height, int width, String group)
    implements Serializable {

  /** An image that belongs to no group. */
  public Annotation(String imageId, String path, int label, int height, int width) {
    this(imageId, path, label, height, width, "");
  }

  /** The same image of another class. */
  public Annotation withLabel(int other) {
    return new Annotation(imageId, path, other, height, width, group);
  }

  /** The same image of another group. */
  Annotation withGroup(String other) {
    return new Annotation(imageId, path, label, height, width, other);
  }
}

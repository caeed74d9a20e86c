package longtail.spark.predict;

import java.io.Serializable;

/**
 * An image that was found, and where.
 *
 * @param name what predictions call it: its path below what the user named, or its key
 * @param file the file that holds it, as its {@link ImageKind} reads it
 * @param position where in the file it begins: a byte, or a row of a table; 0 in a file of its own
 * @param length its bytes, 0 if they are not known
 * @param modified when the file was changed last, in milliseconds since 1970; 0 if it is not known
 */
public record ImageReference(String name, String file, long position, long length, long modified)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The image that is the file {@code name}. */
  static ImageReference file(String name, long length, long modified) {
    return new ImageReference(name, name, 0, length, modified);
  }
}

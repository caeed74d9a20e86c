package longtail.dataset;

import java.io.IOException;

/**
 * The storage could not be read, which says nothing of the file that was asked for: the next
 * attempt may succeed.
 */
public final class StorageException extends IOException {
  private static final long serialVersionUID = 1L;

  /** {@code message} says what was read and what the storage answered. */
  public StorageException(String message, Throwable cause) {
    super(message, cause);
  }
}

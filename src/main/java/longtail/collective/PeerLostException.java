package longtail.collective;

/**
 * Another worker of the group is gone, or the group was closed: what was begun must be repeated.
 */
public final class PeerLostException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PeerLostException(String message, Throwable cause) {
    super(message, cause);
  }
}

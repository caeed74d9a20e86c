package longtail;

/**
 * The one exception that a user of the program sees.
 *
 * <p>The message says what was attempted, with which value, and what to do about it.
 */
public final class LongTailException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  /** A failure of kind {@code code}; {@code message} is shown to the user as it is. */
  public LongTailException(ErrorCode code, String message) {
    super(message);
    this.code = code;
  }

  /** A failure of kind {@code code} caused by {@code cause}. */
  public LongTailException(ErrorCode code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /** The kind of failure. */
  public ErrorCode code() {
    return code;
  }
}

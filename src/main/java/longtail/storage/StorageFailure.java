package longtail.storage;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.List;
import java.util.Locale;
import longtail.ErrorCode;
import longtail.LongTailException;
import org.apache.hadoop.security.AccessControlException;

/** What users are told when a file system does not do what was wanted. */
public final class StorageFailure {
  private static final List<String> FULL =
      List.of("no space left", "quota", "file too large", "not enough space");
  private static final List<String> CLOSED =
      List.of(
          "permission denied",
          "read-only file system",
          "operation not permitted",
          "mkdirs failed",
          "cannot be created",
          "not a directory");

  private StorageFailure() {}

  /**
   * An error (DATA) of one line: what was attempted, with which file or directory, why it failed,
   * and what to do.
   *
   * @param attempt such as "writing"
   */
  public static LongTailException of(String attempt, Object where, IOException cause) {
    return of(ErrorCode.DATA, attempt, where, cause);
  }

  /** The same of another kind. */
  public static LongTailException of(
      ErrorCode code, String attempt, Object where, IOException cause) {
    return new LongTailException(
        code, "%s %s: %s; %s".formatted(attempt, where, reason(cause), advice(cause)), cause);
  }

  /** What {@code cause} says, in one line. */
  public static String reason(IOException cause) {
    String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return message.lines().findFirst().orElseGet(cause::toString);
  }

  /** What to do about a failure to write. */
  public static String advice(IOException cause) {
    String reason = reason(cause).toLowerCase(Locale.ROOT);
    if (FULL.stream().anyMatch(reason::contains)) {
      return "free space there or choose another directory, then run the command again";
    }
    if (cause instanceof AccessControlException
        || cause instanceof AccessDeniedException
        || CLOSED.stream().anyMatch(reason::contains)) {
      return "make the directory writable for this user or choose another one, then run the command again";
    }
    return "check space and permissions, then run the command again";
  }
}

package longtail.cli;

import java.io.IOException;
import java.util.Optional;
import java.util.stream.Stream;
import longtail.ErrorCode;
import longtail.LongTailException;
import org.apache.hadoop.fs.FSError;

/** What went wrong, below what wraps it. */
final class Failures {
  private Failures() {}

  /** The outermost failure in {@code e} that has an explanation; empty for a defect. */
  static Optional<LongTailException> known(Throwable e) {
    return first(e, LongTailException.class);
  }

  /** The failure of a file system in {@code e}, which is no defect of the program either. */
  static Optional<LongTailException> storage(Throwable e) {
    return first(e, IOException.class)
        .map(Throwable.class::cast)
        .or(() -> first(e, FSError.class))
        .map(
            cause ->
                new LongTailException(
                    ErrorCode.DATA,
                    "Reading or writing failed: %s; check space and permissions there"
                        .formatted(firstLine(cause)),
                    cause));
  }

  private static <T extends Throwable> Optional<T> first(Throwable e, Class<T> type) {
    return Stream.iterate(e, cause -> cause != null, Throwable::getCause)
        .filter(type::isInstance)
        .map(type::cast)
        .findFirst();
  }

  /** Kind and message of {@code e}, without the traces that Spark puts into messages. */
  static String firstLine(Throwable e) {
    return e.toString().lines().findFirst().orElse("no reason given");
  }
}

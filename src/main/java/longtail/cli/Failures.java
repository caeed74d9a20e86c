package longtail.cli;

import java.util.Optional;
import java.util.stream.Stream;
import longtail.LongTailException;

/** What went wrong, below what wraps it. */
final class Failures {
  private Failures() {}

  /** The outermost failure in {@code e} that has an explanation; empty for a defect. */
  static Optional<LongTailException> known(Throwable e) {
    return Stream.iterate(e, cause -> cause != null, Throwable::getCause)
        .filter(LongTailException.class::isInstance)
        .map(LongTailException.class::cast)
        .findFirst();
  }
}

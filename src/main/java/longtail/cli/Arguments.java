package longtail.cli;

import java.util.function.Supplier;
import longtail.ErrorCode;
import longtail.LongTailException;

/** Options of a command that a record checks. */
final class Arguments {
  private Arguments() {}

  /** What {@code record} makes; an invalid value is an error of usage, not a defect. */
  static <T> T checked(Supplier<T> record) {
    try {
      return record.get();
    } catch (IllegalArgumentException e) {
      throw new LongTailException(ErrorCode.USAGE, e.getMessage(), e);
    }
  }
}

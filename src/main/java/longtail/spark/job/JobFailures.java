package longtail.spark.job;

import java.io.IOException;
import java.util.function.Supplier;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.storage.StorageFailure;
import org.apache.spark.SparkException;

/** What a failed Spark job says about its reason. */
public final class JobFailures {
  private JobFailures() {}

  /**
   * Runs {@code job}; if one of its tasks threw a {@link LongTailException}, throws one of the same
   * code and message instead of Spark's report of it.
   */
  public static <T> T unwrap(Supplier<T> job) {
    try {
      return job.get();
    } catch (RuntimeException e) {
      throw e instanceof LongTailException ? e : reason(e);
    } catch (Error e) {
      throw e;
    } catch (Throwable e) {
      // Scala does not declare what it throws.
      throw reason(e);
    }
  }

  /**
   * What {@code failure} says: the {@link LongTailException} in it, else why the storage failed
   * (DATA), else its first line.
   */
  public static LongTailException reason(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof LongTailException known) {
        return new LongTailException(known.code(), known.getMessage(), failure);
      }
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException storage) {
        return new LongTailException(
            ErrorCode.DATA,
            "Reading or writing failed: %s; %s"
                .formatted(StorageFailure.reason(storage), StorageFailure.advice(storage)),
            failure);
      }
    }
    String what = failure instanceof SparkException ? "Spark gave up" : "the job failed";
    return new LongTailException(
        ErrorCode.TRAINING, "%s: %s".formatted(what, firstLine(failure)), failure);
  }

  /** Without the stack traces that Spark puts into its messages; the logs have them. */
  private static String firstLine(Throwable failure) {
    return String.valueOf(failure.getMessage()).lines().findFirst().orElse("no reason given");
  }
}

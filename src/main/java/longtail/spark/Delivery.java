package longtail.spark;

import java.io.Serializable;
import java.util.Optional;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.train.WorkerResult;

/**
 * What the task of one worker returns: its result or the reason why there is none.
 *
 * @param result what the worker brings back; empty after a failure
 * @param failure why it failed, if repeating the task elsewhere would fail in the same way
 * @param attendance who did the work
 */
record Delivery(Optional<WorkerResult> result, Optional<Failure> failure, Attendance attendance)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * A failure that the data or the experiment causes, not the executor. It travels as a result:
   * Spark would repeat a task that throws.
   */
  record Failure(ErrorCode code, String message) implements Serializable {
    private static final long serialVersionUID = 1L;

    static Failure of(LongTailException e) {
      return new Failure(e.code(), e.getMessage());
    }

    LongTailException exception() {
      return new LongTailException(code, message);
    }
  }
}

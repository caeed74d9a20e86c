package longtail.spark;

import java.io.Serializable;
import java.util.Optional;
import org.apache.spark.SparkEnv;
import org.apache.spark.storage.BlockManagerId;

/**
 * Which executor served as a worker in a round, and for how long.
 *
 * @param worker index of the worker
 * @param host the executor's host
 * @param executor Spark's name of the executor
 * @param nanos time from the start of the task to the worker's result, in nanoseconds
 */
record Attendance(int worker, String host, String executor, long nanos) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Of the executor that this runs in. */
  static Attendance here(int worker, long nanos) {
    BlockManagerId place = SparkEnv.get().blockManager().blockManagerId();
    return new Attendance(worker, place.host(), place.executorId(), nanos);
  }

  /**
   * What the user should know if the worker of {@code before} now sits in another executor, mostly
   * because its own was lost.
   */
  Optional<String> movedFrom(Attendance before) {
    if (before.worker != worker || before.location().equals(location())) {
      return Optional.empty();
    }
    return Optional.of(
        "worker %d was in executor %s on %s and went on in executor %s on %s; the result is the same"
            .formatted(worker, before.executor, before.host, executor, host));
  }

  /** The executor in the notation of Spark's preferred locations. */
  String location() {
    return "executor_" + host + "_" + executor;
  }
}

package longtail.spark;

import java.util.List;
import longtail.train.MergedResult;

/**
 * A finished round.
 *
 * @param merged the means over all workers
 * @param attendances who worked, in the order of the workers
 * @param broadcastNanos until the state was ready to be fetched
 * @param methodBytes of the method's state that were broadcast: what changed, or all of it
 * @param totalNanos from the state to the merged result
 */
record RoundResult(
    MergedResult merged,
    List<Attendance> attendances,
    long broadcastNanos,
    long methodBytes,
    long totalNanos) {
  /** Time that the slowest worker took, in nanoseconds. */
  long computeNanos() {
    return attendances.stream().mapToLong(Attendance::nanos).max().orElse(0);
  }

  /** What neither the broadcast nor the slowest worker explains: shuffle, merge, scheduling. */
  long mergeNanos() {
    return Math.max(0, totalNanos - broadcastNanos - computeNanos());
  }
}

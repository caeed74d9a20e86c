package longtail.spark.job;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.util.LongAccumulator;
import scala.collection.Iterable;
import scala.collection.Iterator;

/**
 * The sum of an accumulator over finished and running tasks. Spark itself adds a task's part when
 * the task ends; the executors' heartbeats tell it every few seconds before that. What a failed
 * attempt has counted is taken back, and of several attempts at one part of the data one counts.
 */
public final class TaskCounts extends SparkListener {
  /** A part of the data of one job stage. */
  private record Part(int stage, int partition) {}

  private final long accumulator;
  private final Map<Long, Part> partOfAttempt = new HashMap<>();
  private final Map<Long, Long> countOfAttempt = new HashMap<>();
  private final Set<Part> finished = new HashSet<>();

  public TaskCounts(LongAccumulator accumulator) {
    this.accumulator = accumulator.id();
  }

  /** What is known now. */
  public synchronized long sum() {
    Map<Part, Long> counts = new HashMap<>();
    countOfAttempt.forEach(
        (attempt, count) -> counts.merge(partOfAttempt.get(attempt), count, Math::max));
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  @Override
  public synchronized void onTaskStart(SparkListenerTaskStart start) {
    Part part = new Part(start.stageId(), start.taskInfo().partitionId());
    if (!finished.contains(part)) {
      partOfAttempt.put(start.taskInfo().taskId(), part);
    }
  }

  @Override
  public synchronized void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate beat) {
    var tasks = beat.accumUpdates().iterator();
    while (tasks.hasNext()) {
      var task = tasks.next();
      note((Long) task._1(), task._4());
    }
  }

  @Override
  public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
    long attempt = end.taskInfo().taskId();
    Part part = partOfAttempt.get(attempt);
    if (part == null) {
      return;
    }
    if (end.taskInfo().successful()) {
      note(attempt, end.taskInfo().accumulables());
      finished.add(part);
      partOfAttempt.entrySet().removeIf(e -> e.getValue().equals(part) && e.getKey() != attempt);
      countOfAttempt.keySet().retainAll(partOfAttempt.keySet());
    } else {
      partOfAttempt.remove(attempt);
      countOfAttempt.remove(attempt);
    }
  }

  private void note(long attempt, Iterable<AccumulableInfo> accumulables) {
    Iterator<AccumulableInfo> each = accumulables.iterator();
    while (each.hasNext()) {
      AccumulableInfo info = each.next();
      if (info.id() == accumulator
          && info.update().isDefined()
          && partOfAttempt.containsKey(attempt)) {
        countOfAttempt.put(attempt, ((Number) info.update().get()).longValue());
      }
    }
  }
}

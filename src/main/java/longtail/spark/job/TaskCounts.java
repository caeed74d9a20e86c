package longtail.spark.job;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.util.LongAccumulator;
import scala.collection.Iterable;
import scala.collection.Iterator;

/**
 * The sum of an accumulator over finished and running tasks. Spark itself adds a task's part when
 * the task ends; the executors' heartbeats tell it every few seconds before that.
 */
public final class TaskCounts extends SparkListener {
  private final long accumulator;
  private final Map<Long, Long> countOfTask = new ConcurrentHashMap<>();

  public TaskCounts(LongAccumulator accumulator) {
    this.accumulator = accumulator.id();
  }

  /** What is known now. */
  public long sum() {
    return countOfTask.values().stream().mapToLong(Long::longValue).sum();
  }

  @Override
  public void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate beat) {
    var tasks = beat.accumUpdates().iterator();
    while (tasks.hasNext()) {
      var task = tasks.next();
      note((Long) task._1(), task._4());
    }
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd end) {
    note(end.taskInfo().taskId(), end.taskInfo().accumulables());
  }

  private void note(long task, Iterable<AccumulableInfo> accumulables) {
    Iterator<AccumulableInfo> each = accumulables.iterator();
    while (each.hasNext()) {
      AccumulableInfo info = each.next();
      if (info.id() == accumulator && info.update().isDefined()) {
        countOfTask.put(task, ((Number) info.update().get()).longValue());
      }
    }
  }
}

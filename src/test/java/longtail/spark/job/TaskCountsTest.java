package longtail.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import longtail.spark.LocalSpark;
import org.apache.spark.TaskState;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.scheduler.TaskInfo;
import org.apache.spark.scheduler.TaskLocality;
import org.apache.spark.util.LongAccumulator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import scala.Option;
import scala.Tuple4;
import scala.collection.JavaConverters;

/** The events of Spark's listener bus, made by hand. */
@Tag("spark")
class TaskCountsTest {
  private static final int STAGE = 3;

  private final LongAccumulator accumulator = LocalSpark.shared().sc().longAccumulator("images");
  private final TaskCounts counts = new TaskCounts(accumulator);

  @Test
  void whatHeartbeatsSayOfAFailedAttemptIsTakenBack() {
    TaskInfo first = start(7, 0);
    TaskInfo other = start(8, 1);
    beat(7, 100);
    beat(8, 20);
    assertThat(counts.sum()).isEqualTo(120);

    end(first, TaskState.FAILED(), 0);
    assertThat(counts.sum()).isEqualTo(20);
    beat(7, 150);
    assertThat(counts.sum()).as("a heartbeat that comes late").isEqualTo(20);

    TaskInfo again = start(9, 0);
    beat(9, 30);
    end(again, TaskState.FINISHED(), 110);
    end(other, TaskState.FINISHED(), 40);
    assertThat(counts.sum()).isEqualTo(150);
  }

  @Test
  void ofTwoAttemptsAtOnePartOneCounts() {
    TaskInfo slow = start(1, 0);
    TaskInfo fast = start(2, 0);
    beat(1, 10);
    beat(2, 60);
    assertThat(counts.sum()).isEqualTo(60);

    end(fast, TaskState.FINISHED(), 70);
    beat(1, 80);
    end(slow, TaskState.KILLED(), 0);

    assertThat(counts.sum()).isEqualTo(70);
  }

  private TaskInfo start(long task, int partition) {
    TaskInfo info =
        new TaskInfo(task, partition, 0, partition, 0, "1", "localhost", TaskLocality.ANY(), false);
    counts.onTaskStart(new SparkListenerTaskStart(STAGE, 0, info));
    return info;
  }

  private void beat(long task, long count) {
    counts.onExecutorMetricsUpdate(
        new SparkListenerExecutorMetricsUpdate(
            "1",
            seq(new Tuple4<>(task, STAGE, 0, seq(update(count)))),
            new scala.collection.mutable.HashMap<>()));
  }

  private void end(TaskInfo task, scala.Enumeration.Value state, long count) {
    if (count > 0) {
      task.setAccumulables(seq(update(count)));
    }
    task.markFinished(state, 1);
    counts.onTaskEnd(new SparkListenerTaskEnd(STAGE, 0, "ResultTask", null, task, null, null));
  }

  private AccumulableInfo update(long count) {
    return new AccumulableInfo(
        accumulator.id(),
        Option.empty(),
        Option.apply(count),
        Option.empty(),
        false,
        false,
        Option.empty());
  }

  /** A list is what Scala 2.12 and 2.13 call a sequence, which in Java are two types. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <S> S seq(Object element) {
    return (S) JavaConverters.asScalaBuffer(List.of(element)).toList();
  }
}

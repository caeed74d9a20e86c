package longtail.spark.round;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import longtail.spark.job.JobFailures;
import longtail.spark.round.SegmentEndpoint.Arrived;
import longtail.spark.round.SegmentMessages.Outcome;
import org.apache.spark.SimpleFutureAction;
import org.apache.spark.SparkJobInfo;
import org.apache.spark.SparkStageInfo;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Function0;
import scala.Function1;
import scala.Function2;
import scala.collection.Iterator;
import scala.collection.JavaConverters;
import scala.runtime.BoxedUnit;

/** The Spark job of a try of a segment, whose results arrive one by one. */
final class SegmentJob {
  private static final long END_SECONDS = 15;
  private static final String INTERRUPT = "spark.job.interruptOnCancel";

  private final JavaSparkContext spark;
  private SimpleFutureAction<Object> action;

  private SegmentJob(JavaSparkContext spark) {
    this.spark = spark;
  }

  /** A task's result has arrived. */
  record TaskResult(SegmentJob job, Outcome outcome) {}

  /** Spark has given up. */
  record Failed(SegmentJob job, String reason) {}

  /** A function of Scala that travels with tasks. */
  private interface Travelling<T, R> extends Function1<T, R>, Serializable {}

  /**
   * Starts the job.
   *
   * @param seats an index for each task, in a partition of its own
   * @param arrived gets the results of the tasks
   */
  static SegmentJob submit(
      JavaSparkContext spark,
      JavaRDD<Integer> seats,
      SegmentPlan plan,
      ExecutorSetup setup,
      BlockingQueue<Arrived> arrived) {
    SegmentJob job = new SegmentJob(spark);
    Travelling<Iterator<Integer>, Outcome> task =
        indices -> SegmentTask.run(plan, setup, indices.next());
    Function2<Object, Outcome, BoxedUnit> result =
        (index, outcome) -> {
          arrived.add(new Arrived(new TaskResult(job, outcome), null));
          return BoxedUnit.UNIT;
        };
    Function0<Object> nothing = () -> BoxedUnit.UNIT;
    List<Object> partitions = new ArrayList<>();
    for (int i = 0; i < seats.getNumPartitions(); i++) {
      partitions.add(i);
    }
    // Only what waits for others must be woken to end.
    String before = spark.getLocalProperty(INTERRUPT);
    spark.setLocalProperty(INTERRUPT, "true");
    job.action =
        spark
            .sc()
            .submitJob(
                seats.rdd(),
                task,
                JavaConverters.asScalaBuffer(partitions).toSeq(),
                result,
                nothing);
    spark.setLocalProperty(INTERRUPT, before);
    job.watch(arrived);
    return job;
  }

  private void watch(BlockingQueue<Arrived> arrived) {
    Thread watching =
        new Thread(
            () -> {
              try {
                action.get();
              } catch (Exception e) {
                arrived.add(
                    new Arrived(new Failed(this, JobFailures.reason(e).getMessage()), null));
              }
            },
            "longtail segment");
    watching.setDaemon(true);
    watching.start();
  }

  /** Tasks that Spark has started and that have not ended. */
  int activeTasks() {
    int active = 0;
    for (Object id : JavaConverters.seqAsJavaList(action.jobIds())) {
      SparkJobInfo job = spark.statusTracker().getJobInfo((Integer) id);
      if (job != null) {
        for (int stage : job.stageIds()) {
          SparkStageInfo info = spark.statusTracker().getStageInfo(stage);
          active += info == null ? 0 : info.numActiveTasks();
        }
      }
    }
    return active;
  }

  /** Cancels what still runs. */
  void end() {
    if (!action.isCompleted()) {
      action.cancel();
    }
  }

  /**
   * Waits until the cancelled tasks have ended, which takes a step of their workers, so that the
   * next job finds all places free; not for those that do not answer.
   */
  void awaitEnd() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(END_SECONDS);
    while (activeTasks() > 0 && System.nanoTime() < end) {
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}

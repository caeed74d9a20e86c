package longtail.spark.evaluate;

import java.io.PrintStream;
import java.util.concurrent.ExecutionException;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.spark.job.JobFailures;
import longtail.spark.job.JobMonitor;
import longtail.spark.job.Progress;
import longtail.spark.job.TaskCounts;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.LongAccumulator;

/** How far an evaluation is. */
final class ScoringProgress {
  private final JavaSparkContext spark;
  private final String name;
  private final int images;
  private final LongAccumulator scored;
  private final Progress progress;

  private ScoringProgress(
      JavaSparkContext spark, String name, int images, LongAccumulator scored, Progress progress) {
    this.spark = spark;
    this.name = name;
    this.images = images;
    this.scored = scored;
    this.progress = progress;
  }

  /** That of the model {@code name} on so many images, which begins now. */
  static ScoringProgress of(JavaSparkContext spark, String name, int images, PrintStream console) {
    LongAccumulator scored = spark.sc().longAccumulator("images scored");
    return new ScoringProgress(spark, name, images, scored, Progress.on(console));
  }

  /** Counts the images in the tasks. */
  LongAccumulator scored() {
    return scored;
  }

  /** What {@code job} gives. */
  <T> T await(JavaFutureAction<T> job) {
    TaskCounts seen = new TaskCounts(scored);
    spark.sc().addSparkListener(seen);
    long start = System.nanoTime();
    try {
      return JobMonitor.await(
          job,
          () ->
              progress.show(
                  () ->
                      "evaluate %s: %s"
                          .formatted(name, JobMonitor.progress(seen.sum(), images, start))));
    } catch (InterruptedException stopped) {
      job.cancel(true);
      Thread.currentThread().interrupt();
      throw new LongTailException(
          ErrorCode.DATA, "the evaluation of %s was interrupted".formatted(name), stopped);
    } catch (ExecutionException failed) {
      throw JobFailures.reason(failed.getCause());
    } finally {
      spark.sc().removeSparkListener(seen);
    }
  }
}

package longtail.spark.job;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.api.java.JavaFutureAction;

/** Waits for a Spark job and tells meanwhile how far it is. */
public final class JobMonitor {
  private static final int POLL_MILLIS = 500;

  private JobMonitor() {}

  /** What {@code job} gives; {@code meanwhile} runs twice a second until then. */
  public static <T> T await(JavaFutureAction<T> job, Runnable meanwhile)
      throws ExecutionException, InterruptedException {
    while (true) {
      try {
        return job.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException running) {
        meanwhile.run();
      }
    }
  }

  /**
   * In words, such as {@code 1,200 of 9,000 images, 400 images/s, 0:20 left}.
   *
   * @param start {@link System#nanoTime} when the job began
   */
  public static String progress(long seen, long images, long start) {
    double rate = seen / ((System.nanoTime() - start) / 1e9);
    return "%,d of %,d images, %,.0f images/s%s"
        .formatted(seen, images, rate, remaining(images - seen, rate));
  }

  private static String remaining(long images, double rate) {
    if (rate <= 0) {
      return "";
    }
    long seconds = Math.round(images / rate);
    return ", %d:%02d left".formatted(seconds / 60, seconds % 60);
  }
}

package longtail;

import org.apache.spark.scheduler.SparkListener;

/**
 * Fails every Spark context that is opened while the fast tests run: {@code spark.extraListeners}
 * names it there, so that a test which reaches Spark through any number of classes is found.
 */
public final class SparkRefused extends SparkListener {
  /** Fails. */
  public SparkRefused() {
    throw new IllegalStateException(
        "a test that opens a Spark context needs @Tag(\"spark\"); it then runs with verify");
  }
}

package longtail.spark;

import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * The one Spark context of a process of tests, with two threads; it refuses messages that our
 * registrator does not know. Nobody closes it but who needs a context of another kind.
 */
public final class LocalSpark {
  /**
   * Options of the processes of a cluster, which end before the optimising compiler pays, and print
   * a line for every round.
   */
  public static final String SHORT_LIVED =
      "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dlongtail.progress.seconds=0";

  private static JavaSparkContext shared;

  private LocalSpark() {}

  /** The context, which the first test that needs one opens. */
  public static synchronized JavaSparkContext shared() {
    if (shared == null || shared.sc().isStopped()) {
      SparkConf conf = SparkContexts.configuration("test", Optional.of("local[2]"));
      conf.set("spark.kryo.registrationRequired", "true");
      conf.set("spark.log.level", "WARN");
      shared = new JavaSparkContext(conf);
    }
    return shared;
  }

  /** Closes the context before a test that opens its own: a process has one at a time. */
  public static synchronized void release() {
    if (shared != null) {
      shared.close();
      shared = null;
    }
  }
}

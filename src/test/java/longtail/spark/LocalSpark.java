package longtail.spark;

import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Spark in this process, where every message must be registered with Kryo. */
public final class LocalSpark {
  private LocalSpark() {}

  /** A context of {@code threads} threads that refuses messages unknown to our registrator. */
  public static JavaSparkContext open(int threads) {
    SparkConf conf =
        SparkContexts.configuration("test", Optional.of("local[%d]".formatted(threads)));
    conf.set("spark.kryo.registrationRequired", "true");
    conf.set("spark.log.level", "WARN");
    return new JavaSparkContext(conf);
  }
}

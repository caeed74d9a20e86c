package longtail.spark;

import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Opens the Spark context of a job with the settings that our jobs want. What spark-submit, {@code
 * spark-defaults.conf} or a {@code -Dspark.} property say wins.
 */
public final class SparkContexts {
  private SparkContexts() {}

  /**
   * A context for the job {@code name}. The master is {@code master}, or what spark-submit says, or
   * {@code local[*]}.
   */
  public static JavaSparkContext open(String name, Optional<String> master) {
    return new JavaSparkContext(configuration(name, master));
  }

  /** The configuration of {@link #open}. */
  public static SparkConf configuration(String name, Optional<String> master) {
    SparkConf conf = new SparkConf();
    master.ifPresent(conf::setMaster);
    conf.setIfMissing("spark.master", "local[*]");
    conf.setAppName(name);
    conf.setIfMissing("spark.serializer", "org.apache.spark.serializer.KryoSerializer");
    conf.setIfMissing("spark.kryo.registrator", LongTailRegistrator.class.getName());
    // The parameters of a large network are one message.
    conf.setIfMissing("spark.kryoserializer.buffer.max", "1g");
    conf.setIfMissing("spark.driver.maxResultSize", "4g");
    // A worker returns to the executor that holds its network, but not at the price of a round.
    conf.setIfMissing("spark.locality.wait", "500ms");
    conf.setIfMissing("spark.ui.showConsoleProgress", "false");
    if (conf.get("spark.master").startsWith("local")) {
      conf.setIfMissing("spark.driver.host", "127.0.0.1");
      conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
      conf.setIfMissing("spark.ui.enabled", "false");
    }
    return conf;
  }
}

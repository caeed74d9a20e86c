package longtail.cli;

import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;

/** Keeps the descriptions of all Spark jobs, where {@code spark.extraListeners} names it. */
public final class RecordedJobs extends SparkListener {
  private static final List<String> ALL = new CopyOnWriteArrayList<>();

  /** Of jobs that have none, how they are made. */
  static List<String> undescribed() {
    return ALL.stream().filter(job -> job.startsWith("undescribed")).toList();
  }

  /** All of them, in the order in which they began. */
  static List<String> all() {
    return List.copyOf(ALL);
  }

  @Override
  public void onJobStart(SparkListenerJobStart job) {
    Properties properties = job.properties();
    ALL.add(
        Optional.ofNullable(properties.getProperty("spark.job.description"))
            .orElse("undescribed: " + job.stageInfos().head().name()));
  }
}

package longtail.spark.job;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkEnv;
import org.apache.spark.metrics.source.Source;

/**
 * The newest figures of a training run as a source of Spark's metrics system, for those who scrape
 * the cluster: gauges such as {@code <application>.driver.longtail.loss}. A figure that is not
 * known yet is NaN.
 */
final class TrainingSource implements Source, AutoCloseable {
  private static final String NAME = "longtail";

  /** Gauges by their keys in the run's log. */
  private static final Map<String, String> GAUGES =
      Map.ofEntries(
          Map.entry("iteration", "iteration"),
          Map.entry("epoch", "epoch"),
          Map.entry("loss", "loss"),
          Map.entry("accuracy", "accuracy"),
          Map.entry("lr", "learning_rate"),
          Map.entry("images_per_second", "images_per_second"),
          Map.entry("top1", "validation.top1"),
          Map.entry("mean_class_accuracy", "validation.mean_class_accuracy"),
          Map.entry("many", "validation.many"),
          Map.entry("medium", "validation.medium"),
          Map.entry("few", "validation.few"));

  private final MetricRegistry registry = new MetricRegistry();
  private final Map<String, Double> newest = new ConcurrentHashMap<>();

  private TrainingSource() {
    GAUGES.forEach(
        (key, name) ->
            registry.register(name, (Gauge<Double>) () -> newest.getOrDefault(key, Double.NaN)));
  }

  /** A source that the driver of this process shows until it is closed. */
  static TrainingSource register() {
    TrainingSource source = new TrainingSource();
    SparkEnv.get().metricsSystem().registerSource(source);
    return source;
  }

  /** Takes over the figures of an entry of the run's log. */
  void update(Map<String, ?> values) {
    values.forEach(
        (key, value) -> {
          if (GAUGES.containsKey(key) && value instanceof Number number) {
            newest.put(key, number.doubleValue());
          }
        });
  }

  @Override
  public String sourceName() {
    return NAME;
  }

  @Override
  public MetricRegistry metricRegistry() {
    return registry;
  }

  @Override
  public void close() {
    if (SparkEnv.get() != null) {
      SparkEnv.get().metricsSystem().removeSource(this);
    }
  }
}

package longtail.spark.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import longtail.report.EventReader;
import longtail.report.MetricsLog;
import longtail.spark.Console;
import longtail.spark.LocalSpark;
import longtail.spark.ToyDataset;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.metrics.source.Source;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.collection.JavaConverters;

/** What a run shows to TensorBoard and to those who scrape the cluster. */
@Tag("spark")
class TensorBoardTest {
  private static final Configuration CONF = new Configuration();
  private static final int ROUNDS = 9;

  @TempDir static Path shared;
  @TempDir Path temporary;
  private static JavaSparkContext spark;

  @BeforeAll
  static void start() throws IOException {
    spark = LocalSpark.shared();
    ToyDataset.publish(shared.resolve("train").toString(), 48, 1, CONF);
    ToyDataset.publish(shared.resolve("validation").toString(), 21, 2, CONF);
  }

  private TrainOptions options(String... overrides) {
    return new TrainOptions(
        ToyDataset.experiment(overrides),
        shared.resolve("train").toString(),
        Optional.of(shared.resolve("validation").toString()),
        temporary.resolve("run").toString(),
        OptionalInt.of(2),
        TrainOptions.Existing.RESUME);
  }

  @Test
  void theCurvesAreThoseOfTheLog() throws IOException {
    TrainJob.run(spark, options(), Console.silent());
    assertThat(events()).hasSize(1);
    EventReader.Content events = events().get(0);
    assertThat(events.curve("train/loss")).hasSize(ROUNDS).isEqualTo(logged("round", "loss"));
    assertThat(events.curve("train/learning_rate")).isEqualTo(logged("round", "lr"));
    assertThat(events.curve("phases/compute_ms")).isEqualTo(logged("round", "compute_ms"));
    assertThat(events.curve("validation/few")).isEqualTo(logged("evaluation", "few"));
    assertThat(events.steps("validation/confusion")).isEqualTo(events.steps("validation/top1"));
    assertThat(events.values())
        .anySatisfy(value -> assertThat(value.text()).contains("name: toy", "stages:"));
  }

  @Test
  void aResumedRunGoesOnInAFileOfItsOwn() throws IOException {
    assertThatThrownBy(() -> TrainJob.run(spark, options(), Console.interrupting(5)))
        .hasMessage("interrupted");
    TrainJob.run(spark, options(), Console.silent());
    List<EventReader.Content> files = events();
    assertThat(files).hasSize(2);
    EventReader.Content resumed =
        files.stream().filter(f -> f.start() > 1).findFirst().orElseThrow();
    EventReader.Content first =
        files.stream().filter(f -> f.start() == 1).findFirst().orElseThrow();
    List<Long> steps =
        LongStream.concat(
                first.steps("train/loss").stream()
                    .mapToLong(Long::longValue)
                    .filter(step -> step < resumed.start()),
                resumed.steps("train/loss").stream().mapToLong(Long::longValue))
            .boxed()
            .toList();
    assertThat(steps)
        .isEqualTo(LongStream.rangeClosed(1, ROUNDS).map(round -> 2 * round).boxed().toList());
  }

  @Test
  void whoWantsNoneGetsNone() throws IOException {
    TrainJob.run(spark, options("tensorboard=false"), Console.silent());
    assertThat(events()).isEmpty();
  }

  @Test
  void theNewestFiguresAreASourceOfSparksMetricsWhileTheRunLasts() {
    List<Double> seen = new ArrayList<>();
    PrintStream watching =
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8) {
          @Override
          public void println(String line) {
            gauge("longtail", "loss").ifPresent(seen::add);
          }
        };
    TrainJob.run(spark, options(), watching);
    assertThat(seen).isNotEmpty();
    assertThat(seen.get(seen.size() - 1)).isBetween(0.0, 10.0);
    assertThat(gauge("longtail", "loss")).isEmpty();
  }

  private static Optional<Double> gauge(String source, String name) {
    for (Source found :
        JavaConverters.seqAsJavaList(SparkEnv.get().metricsSystem().getSourcesByName(source))) {
      MetricRegistry registry = found.metricRegistry();
      return Optional.of((Double) ((Gauge<?>) registry.getGauges().get(name)).getValue());
    }
    return Optional.empty();
  }

  private List<Double> logged(String event, String key) {
    List<Double> values = new ArrayList<>();
    for (Map<String, Object> entry :
        MetricsLog.open(temporary.resolve("run/metrics.jsonl").toString(), CONF).read()) {
      if (event.equals(entry.get("event"))) {
        // Curves are of float32.
        values.add((double) ((Number) entry.get(key)).floatValue());
      }
    }
    return values;
  }

  private List<EventReader.Content> events() throws IOException {
    List<EventReader.Content> files = new ArrayList<>();
    try (Stream<Path> all = Files.list(temporary.resolve("run"))) {
      for (Path file : all.sorted().toList()) {
        if (file.getFileName().toString().contains("tfevents")) {
          files.add(EventReader.read(Files.readAllBytes(file)));
        }
      }
    }
    return files;
  }
}

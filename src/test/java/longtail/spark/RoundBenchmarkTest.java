package longtail.spark;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import longtail.spark.RoundFigures.Phase;
import longtail.statistics.Covariance;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoundBenchmarkTest {
  private static final RoundSetting SMALL =
      new RoundSetting(
          "small",
          "{type: cifar-resnet, depth: 8, width: 4}",
          20,
          2,
          8,
          Covariance.DIAGONAL,
          "{type: ldam, scale: 1.0}",
          "none");

  @TempDir Path directory;

  @Test
  void measuresWhatEveryPhaseOfARoundSends() throws IOException {
    RoundFigures figures;
    try (JavaSparkContext spark = LocalSpark.open(2)) {
      figures =
          RoundBenchmark.run(
              spark, SMALL, new RoundBenchmark.Options(directory.toString(), 8, 2, 2));
    }
    assertThat(figures.rounds()).hasSize(2);
    assertThat(figures.rounds())
        .allSatisfy(
            round -> {
              assertThat(round).containsOnlyKeys(Phase.values());
              // random float32 parameters do not compress to half their size
              assertThat(round.get(Phase.BROADCAST).bytes())
                  .isGreaterThan(2 * figures.parameters());
              // both workers bring theirs back, the reducers their mean
              assertThat(round.get(Phase.RESULTS).bytes())
                  .isGreaterThan(round.get(Phase.MERGE).bytes());
              assertThat(round.get(Phase.MERGE).bytes()).isGreaterThan(2 * figures.parameters());
              assertThat(round.get(Phase.META_VALIDATION).bytes())
                  .isGreaterThan(2 * figures.parameters());
              assertThat(round.get(Phase.STEPS).milliseconds()).isPositive();
            });
    assertThat(figures.statistics().messageBytes()).isLessThanOrEqualTo(figures.methodBytes());
    JsonNode json = new ObjectMapper().readTree(figures.json());
    assertThat(json.path("rounds").path(1).path("broadcast").path("bytes").asLong()).isPositive();
    assertThat(figures.table()).contains("broadcast", "meta validation", "class statistics");
  }
}

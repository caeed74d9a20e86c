package longtail.spark.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PredictionTableTest {
  private static final Configuration CONF = new Configuration();

  @TempDir Path temporary;

  private PredictionTable part(int part) throws IOException {
    return PredictionTable.create(temporary.toString(), part, CONF);
  }

  private String[] files() {
    return temporary.resolve("predictions.parquet").toFile().list();
  }

  @Test
  void aKilledTaskLeavesNothingOnceTheJobHasEnded() throws IOException {
    try (PredictionTable table = part(0)) {
      table.add("a", 0, new int[] {0, 1}, 0.5);
      table.finish();
    }
    PredictionTable killed = part(1);
    killed.add("b", 1, new int[] {1, 0}, 0.5);
    assertThat(files()).hasSize(2).contains("part-00000.parquet");
    assertThat(files())
        .filteredOn(name -> !name.startsWith("part-"))
        .allMatch(n -> n.startsWith("_"));

    PredictionTable.removeAbandoned(temporary.toString(), CONF);

    assertThat(files()).containsExactly("part-00000.parquet");
  }

  @Test
  void theAttemptThatFinishesLastStays() throws IOException {
    try (PredictionTable slow = part(0);
        PredictionTable fast = part(0)) {
      for (PredictionTable attempt : new PredictionTable[] {slow, fast}) {
        attempt.add("a", 0, new int[] {0, 1}, 0.5);
      }
      fast.finish();
      slow.finish();
    }
    assertThat(files()).containsExactly("part-00000.parquet");
  }
}

package longtail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import longtail.shard.ShardedDataset;
import longtail.spark.LocalSpark;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("spark")
class EmbeddedSampleTest {
  @TempDir Path directory;

  @Test
  void whatIsPreparedIsNotPreparedAgain() {
    EmbeddedSample sample = new EmbeddedSample("data-manifests/sample.yaml", directory.toString());
    JavaSparkContext spark = LocalSpark.shared();
    assertThat(progress(sample, spark)).contains("images ").doesNotContain("was there already");
    String fingerprint = fingerprint(sample.training());

    assertThat(progress(sample, spark).lines())
        .hasSize(3)
        .allMatch(line -> line.endsWith("was there already"));
    assertThat(fingerprint(sample.training())).isEqualTo(fingerprint);
    assertThat(fingerprint(sample.training() + "-meta")).isNotEqualTo(fingerprint(sample.test()));
  }

  private static String progress(EmbeddedSample sample, JavaSparkContext spark) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    sample.prepareWithMeta(spark, new PrintStream(bytes, true, StandardCharsets.UTF_8));
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static String fingerprint(String dataset) {
    return ShardedDataset.open(dataset, new Configuration()).fingerprint();
  }
}

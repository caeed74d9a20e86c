package longtail.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import longtail.LongTailException;
import longtail.image.RgbImage;
import longtail.image.codec.ImageCodec;
import longtail.method.metasaug.CovarianceLearning.Gradient;
import longtail.nn.Recomputation;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Shortcut;
import longtail.train.experiment.Model;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BenchmarkTest {
  private static Benchmark.Options options(int workers, Benchmark.Work work) {
    return options(workers, work, Gradient.EXACT);
  }

  private static Benchmark.Options options(int workers, Benchmark.Work work, Gradient gradient) {
    return new Benchmark.Options(
        new CifarResnet(8, 4, Shortcut.A),
        8,
        4,
        Model.Precision.FLOAT32,
        Recomputation.NONE,
        1,
        workers,
        work,
        2,
        gradient);
  }

  @ParameterizedTest
  @EnumSource(Benchmark.Work.class)
  void printsOneLineOfFigures(Benchmark.Work work) throws IOException {
    Benchmark.Result result = Benchmark.run(options(1, work));
    assertThat(result.json()).doesNotContain("\n");
    JsonNode line = new ObjectMapper().readTree(result.json());
    assertThat(line.path("images_per_second").asDouble()).isPositive();
    assertThat(line.path("cpu_images_per_second").asDouble()).isPositive();
    assertThat(line.path("milliseconds_per_step").asDouble()).isPositive();
    assertThat(line.path("parameters").asLong()).isPositive();
    assertThat(line.path("batch").asInt()).isEqualTo(4);
    assertThat(line.path("threads").asInt()).isEqualTo(1);
    assertThat(line.path("mode").asText()).isEqualTo(work.name().toLowerCase(Locale.ROOT));
    assertThat(line.path("versions").path("java").asText()).isNotEmpty();
  }

  @Test
  void measuresDecodingAndAugmentation(@TempDir Path directory) throws IOException {
    assertThatThrownBy(() -> AugmentBenchmark.run(directory, 1))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("no .jpg file");
    RgbImage grey = new RgbImage(20, 30, new byte[20 * 30 * 3]);
    Files.write(directory.resolve("grey.jpg"), ImageCodec.jpeg(grey, 0.9));
    JsonNode line = new ObjectMapper().readTree(AugmentBenchmark.run(directory, 2).json());
    assertThat(line.path("images").asInt()).isEqualTo(1);
    assertThat(line.path("warm_up_passes").asInt()).isPositive();
    assertThat(line.path("cpu_images_per_second").asDouble()).isPositive();
  }

  @Test
  void aMetaIterationIsComparedWithATrainingStep() {
    assertThat(Benchmark.run(options(1, Benchmark.Work.METASAUG)).toTrainingStep()).isPositive();
    assertThat(Benchmark.run(options(1, Benchmark.Work.TRAIN)).toTrainingStep()).isZero();
    assertThatThrownBy(() -> options(2, Benchmark.Work.METASAUG))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("one worker");
  }

  @ParameterizedTest
  @EnumSource(Gradient.class)
  void metaIterationsFindTheGradientInAnyForm(Gradient gradient) throws IOException {
    Benchmark.Result result = Benchmark.run(options(1, Benchmark.Work.METASAUG, gradient));
    assertThat(result.toTrainingStep()).isPositive();
    JsonNode line = new ObjectMapper().readTree(result.json());
    assertThat(line.path("gradient").asText())
        .isEqualTo(gradient.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    assertThat(Benchmark.run(options(1, Benchmark.Work.TRAIN)).gradient()).isEmpty();
  }

  @Test
  void severalWorkersAverage() {
    Benchmark.Result result = Benchmark.run(options(2, Benchmark.Work.TRAIN));
    assertThat(result.workers()).isEqualTo(2);
    assertThat(result.imagesPerSecond()).isPositive();
  }

  @Test
  void theProfileOfAMetaIterationCoversItsPasses() {
    BenchmarkProfile profile = Benchmark.profile(options(1, Benchmark.Work.METASAUG));
    // 7 convolutions, twice forward and three times backward, but not to the images
    assertThat(profile.table())
        .contains("| convolution forward | 14 |")
        .contains("| convolution backward weight | 21 |")
        .contains("| convolution backward data | 18 |")
        .contains("| convolution tangent | 7 |");
  }

  @Test
  void aProfileCoversTheWholeStep() {
    BenchmarkProfile profile = Benchmark.profile(options(1, Benchmark.Work.TRAIN));
    assertThat(profile.rows())
        .extracting(BenchmarkProfile.Row::part)
        .contains(
            "convolution forward",
            "convolution backward data",
            "convolution backward weight",
            "normalization forward",
            "normalization backward",
            "residual forward",
            "pool forward",
            "linear forward",
            "loss",
            "optimizer",
            "rest");
    assertThat(profile.rows().stream().mapToDouble(BenchmarkProfile.Row::milliseconds).sum())
        .isCloseTo(profile.milliseconds(), within(1e-6));
    assertThat(profile.outsideKernelsPercent()).isBetween(0.0, 100.0);
    assertThat(profile.table()).contains("| convolution backward data | 6 |");
  }
}

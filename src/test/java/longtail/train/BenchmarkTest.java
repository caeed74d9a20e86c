package longtail.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Locale;
import longtail.nn.CifarResnet;
import longtail.nn.Shortcut;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BenchmarkTest {
  @ParameterizedTest
  @EnumSource(Benchmark.Work.class)
  void printsOneLineOfFigures(Benchmark.Work work) throws IOException {
    Benchmark.Result result =
        Benchmark.run(
            new Benchmark.Options(
                new CifarResnet(8, 4, Shortcut.A), 8, 4, Model.Precision.FLOAT32, 1, work, 2));
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
}

package longtail.method.metasampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import longtail.LongTailException;
import longtail.config.OneOf;
import longtail.config.Yaml;
import longtail.method.Method;
import longtail.method.metasampler.BalancedMetaSoftmax.Noise;
import longtail.sample.BatchStream;
import longtail.sample.ClassAwareSampler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the keys of {@code method: balanced-meta-softmax} do. */
class BalancedMetaSoftmaxOptionsTest {
  record Learning(@OneOf(BalancedMetaSoftmax.class) Method method) {}

  private static BalancedMetaSoftmax read(String options) {
    String yaml = "method: {type: balanced-meta-softmax, %s}".formatted(options);
    return (BalancedMetaSoftmax) Yaml.read(yaml, "test", Learning.class).method();
  }

  @Test
  void theDefaultsAreThoseOfThePublishedCodeWithoutItsLag() {
    assertThat(Yaml.read("method: balanced-meta-softmax", "test", Learning.class).method())
        .isEqualTo(
            new BalancedMetaSoftmax(
                0, 0.01, Optional.empty(), BatchStream.Source.TRAINING, 0, Noise.BY_CLASS));
  }

  @Test
  void everyKeyIsRead() {
    assertThat(
            read(
                "init-power: 0.3, meta-lr: 0.001, meta-batch-size: 512, meta-source: meta, lag: 8, noise: by-image"))
        .isEqualTo(
            new BalancedMetaSoftmax(
                0.3, 0.001, Optional.of(512), BatchStream.Source.META, 8, Noise.BY_IMAGE));
  }

  @Test
  void metaBatchesTakeTheClassesInTurnFromTheSetThatIsNamed() {
    BatchStream meta = read("meta-source: meta, meta-batch-size: 5").streams().get(0);
    assertThat(meta)
        .isEqualTo(
            new BatchStream(
                BatchStream.Source.META,
                new ClassAwareSampler(1),
                BatchStream.Order.PASSES,
                Optional.of(5)));
    assertThat(read("lag: 1").streams().get(0).source()).isEqualTo(BatchStream.Source.TRAINING);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "init-pow: 0.1 | init-power",
        "meta-source: val | training",
        "noise: by-row | by-image",
        "init-power: -0.1 | init-power must be finite and not negative, was -0.1",
        "meta-lr: -1 | meta-lr must be finite and not negative, was -1.0",
        "meta-batch-size: 0 | meta-batch-size must be at least 1, was 0",
        "lag: -1 | lag must not be negative, was -1"
      })
  void whatIsMisspeltOrOutOfRangeIsAnError(String options, String message) {
    assertThatThrownBy(() -> read(options))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining(message);
  }
}

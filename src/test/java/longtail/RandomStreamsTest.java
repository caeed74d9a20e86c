package longtail;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RandomStreamsTest {
  @Test
  void equalKeysGiveEqualStreams() {
    assertThat(RandomStreams.of(7, 1, 2).nextLong())
        .isEqualTo(RandomStreams.of(7, 1, 2).nextLong());
  }

  @Test
  void everyKeyAndItsPlaceMatters() {
    long reference = RandomStreams.of(7, 1, 2).nextLong();
    assertThat(RandomStreams.of(8, 1, 2).nextLong()).isNotEqualTo(reference);
    assertThat(RandomStreams.of(7, 2, 1).nextLong()).isNotEqualTo(reference);
    assertThat(RandomStreams.of(7, 1, 2, 0).nextLong()).isNotEqualTo(reference);
  }

  @Test
  void gaussianHasUnitVariance() {
    SplittableRandom random = RandomStreams.of(1);
    double sum = 0;
    double squares = 0;
    int n = 100_000;
    for (int i = 0; i < n; i++) {
      double x = RandomStreams.gaussian(random);
      sum += x;
      squares += x * x;
    }
    assertThat(sum / n).isBetween(-0.02, 0.02);
    assertThat(squares / n).isBetween(0.97, 1.03);
  }
}

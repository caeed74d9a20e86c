package longtail.mix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import longtail.RandomStreams;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BetaTest {
  private static final int DRAWS = 40_000;

  @ParameterizedTest
  @ValueSource(doubles = {0.05, 0.2, 0.5, 1, 1.5, 8})
  void hasTheMomentsOfTheDistribution(double alpha) {
    SplittableRandom random = RandomStreams.of(7);
    double[] centralMoments = new double[5];
    for (int i = 0; i < DRAWS; i++) {
      double lambda = Beta.draw(alpha, random);
      assertThat(lambda).isBetween(0.0, 1.0);
      for (int k = 1; k <= 4; k++) {
        centralMoments[k] += Math.pow(lambda - 0.5, k) / DRAWS;
      }
    }
    double variance = 1 / (4 * (2 * alpha + 1));
    // of a mean of draws in [0, 1], five standard errors at most
    assertThat(centralMoments[1]).isCloseTo(0, within(5 * Math.sqrt(variance / DRAWS)));
    assertThat(centralMoments[2]).isCloseTo(variance, within(5 * 0.125 / Math.sqrt(DRAWS)));
    assertThat(centralMoments[3]).isCloseTo(0, within(5 * 0.125 / Math.sqrt(DRAWS)));
    double kurtosis = 3 - 6 / (2 * alpha + 3);
    assertThat(centralMoments[4])
        .isCloseTo(kurtosis * variance * variance, within(5 * 0.03125 / Math.sqrt(DRAWS)));
  }

  @Test
  void aTinyAlphaTakesOneSideOrTheOther() {
    SplittableRandom random = RandomStreams.of(8);
    int first = 0;
    for (int i = 0; i < 1000; i++) {
      double lambda = Beta.draw(1e-4, random);
      assertThat(Math.min(lambda, 1 - lambda)).isLessThan(0.5);
      first += lambda > 0.5 ? 1 : 0;
    }
    assertThat(first).isBetween(400, 600);
  }
}

package longtail.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SpreadTest {
  @Test
  void theDeviationIsThatOfASample() {
    Spread spread = Spread.of(new double[] {1, 2, 6});
    assertThat(spread.runs()).isEqualTo(3);
    assertThat(spread.mean()).isCloseTo(3, within(1e-12));
    assertThat(spread.deviation()).isCloseTo(Math.sqrt((4 + 1 + 9) / 2.0), within(1e-12));
  }

  @Test
  void oneRunHasNoDeviation() {
    Spread spread = Spread.of(new double[] {0.5});
    assertThat(spread.mean()).isEqualTo(0.5);
    assertThat(spread.deviation()).isNaN();
  }

  @Test
  void unknownFiguresAreLeftOut() {
    Spread spread = Spread.of(new double[] {Double.NaN, 2, 4});
    assertThat(spread.runs()).isEqualTo(2);
    assertThat(spread.mean()).isEqualTo(3);
    assertThat(Spread.of(new double[] {Double.NaN}).mean()).isNaN();
  }
}

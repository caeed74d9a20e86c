package longtail.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class CertaintyTest {
  @Test
  void isFiniteForAnyLogits() {
    Certainty even = Certainty.of(new double[] {3, 3, 3, 3}, 1);
    assertThat(even.probability()).isEqualTo(0.25);
    assertThat(even.entropy()).isCloseTo(Math.log(4), within(1e-15));
    assertThat(even.crossEntropy()).isCloseTo(Math.log(4), within(1e-15));
    Certainty wrong = Certainty.of(new double[] {1e6, -1e6}, 1);
    assertThat(wrong.probability()).isZero();
    assertThat(wrong.entropy()).isCloseTo(0, within(1e-15));
    assertThat(wrong.crossEntropy()).isCloseTo(-Math.log(1e-30), within(1e-12));
    assertThatThrownBy(() -> Certainty.of(new double[2], 2)).hasMessageContaining("[0, 2)");
  }
}
